import type { z } from 'zod';
import { problem } from '../../contract/http/problem';

/** Documents an error answer. */
export function problemResponse(description: string) {
  return jsonResponse(description, problem);
}

export function jsonResponse(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema } } };
}
