import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';

// Must run before any schema is created. It adds the method `openapi`, which sets what the document says of a schema.
extendZodWithOpenApi(z);

export { z };
