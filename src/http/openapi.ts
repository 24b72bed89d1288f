import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { isOpen } from './auth';
import type { Route } from './route';
import { problemResponse } from './responses';

/** Of every call that reads or writes records, unless the call says it more closely. */
const noRecords = problemResponse('MongoDB cannot be reached; try again in a while.');

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
  for (const { config } of routes) {
    registry.registerPath(
      isOpen(config.path)
        ? config
        : {
            ...config,
            // Either key, or none where the service has none configured.
            security: [{}, { [bearer.name]: [] }, { [header.name]: [] }],
            responses: {
              ...(config.path.startsWith('/image/') && { 503: noRecords }),
              ...config.responses,
              401: problemResponse('The service has API keys, and none of them was given.'),
            },
          },
    );
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
