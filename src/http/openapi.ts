import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { isOpen } from './auth';
import type { Route } from './route';
import { problemResponse } from './responses';

/** For every operation that reads or writes records and documents no 503 of its own. */
const noRecords = problemResponse('MongoDB cannot be reached; try again later.');

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
  for (const { config } of routes) {
    registry.registerPath(
      isOpen(config.path)
        ? config
        : {
            ...config,
            // Either key, or none where no keys are configured.
            security: [{}, { [bearer.name]: [] }, { [header.name]: [] }],
            responses: {
              ...(config.path.startsWith('/image/') && { 503: noRecords }),
              ...config.responses,
              401: problemResponse('The service requires an API key, and no valid one was sent.'),
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
