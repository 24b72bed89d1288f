import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { isOpen } from './auth';
import { LIVE_PATH } from './health';
import { isWrite, type Route } from './route';
import {
  forbiddenResponse,
  unauthorizedResponse,
  retryLaterResponse,
  withWriteLimit,
  wrongHostResponse,
} from './responses';

/** Until the service reaches MongoDB, every call except one gets this answer. */
const noRecords = retryLaterResponse('MongoDB cannot be reached; try again later.');

const tooManyWrites = retryLaterResponse('The caller exceeds RATE_LIMIT_WRITES_PER_MINUTE.');

/** Adds to a route's configuration the answers that do not depend on the route. */
export function documented(route: Route): RouteConfig {
  const { config } = route;
  return {
    ...config,
    responses: {
      ...(config.path !== LIVE_PATH && { 503: noRecords }),
      ...(route.right !== null &&
        route.right !== 'read' && { 403: forbiddenResponse(route.right) }),
      ...(!config.path.startsWith('/health/') && { 421: wrongHostResponse }),
      ...(isWrite(route)
        ? withWriteLimit({ 429: tooManyWrites, ...config.responses })
        : config.responses),
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
    // Relative to the document: a proxy may serve the API under a path of its own.
    servers: [{ url: './', description: 'This service' }],
  });
}
