import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';

// Once, before any schema is made: it adds `openapi`, by which schemas carry what the document says of them.
extendZodWithOpenApi(z);

export { z };
