import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { isOpen } from './auth';
import { LIVE_PATH } from './health';
import type { Route } from './route';
import { unauthorizedResponse, unavailableResponse } from './responses';

/** While the service has not reached MongoDB yet, every call but one is answered so. */
const noRecords = unavailableResponse('MongoDB cannot be reached; try again in a while.');

/** A route's configuration with the answers that do not depend on the route. */
export function documented({ config }: Route): RouteConfig {
  return {
    ...config,
    responses: {
      ...(config.path !== LIVE_PATH && { 503: noRecords }),
      ...config.responses,
      ...(!isOpen(config.path) && { 401: unauthorizedResponse }),
    },
  };
}

/** The OpenAPI 3.1 document, made of the schemas that the routes validate with. */
export function openApiDocument(routes: readonly Route[]) {
  const registry = new OpenAPIRegistry();
  const bearer = registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
  });
  const header = registry.registerComponent('securitySchemes', 'header', {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
  });
  for (const route of routes) {
    const config = documented(route);
    // Either key, or none where the service has none configured.
    const security = [{}, { [bearer.name]: [] }, { [header.name]: [] }];
    registry.registerPath(isOpen(config.path) ? config : { ...config, security });
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Image Processor',
      version: '1',
      description:
        'Upload a CSV of image links; get compressed images, a result CSV and a webhook.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
  });
}
