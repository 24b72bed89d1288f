import type { z } from 'zod';
import { problem } from '../../contract/http/problem';

/** An error answer, for the document. */
export function problemResponse(description: string) {
  return jsonResponse(description, problem);
}

export function jsonResponse(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema } } };
}
