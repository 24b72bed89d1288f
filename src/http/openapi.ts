import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { isOpen } from './auth';
import { LIVE_PATH } from './health';
import type { Route } from './route';
import {
  forbiddenResponse,
  unauthorizedResponse,
  unavailableResponse,
  wrongHostResponse,
} from './responses';

/** Until the service reaches MongoDB, every call except one gets this answer. */
const noRecords = unavailableResponse('MongoDB cannot be reached; try again later.');

/** Adds to a route's configuration the answers that do not depend on the route. */
export function documented({ config, right }: Route): RouteConfig {
  const isWrite = config.method !== 'get' && right !== null;
  return {
    ...config,
    responses: {
      ...(config.path !== LIVE_PATH && { 503: noRecords }),
      ...(isWrite && { 403: forbiddenResponse(right) }),
      ...(!config.path.startsWith('/health/') && { 421: wrongHostResponse }),
      ...config.responses,
      ...(!isOpen(config.path) && { 401: unauthorizedResponse }),
    },
  };
}

/** Builds the OpenAPI 3.1 document from the schemas that the routes validate with. */
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
    // Either key, or none where no keys are configured.
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
