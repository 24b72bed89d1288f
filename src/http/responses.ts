import type { z } from 'zod';
import { problem } from '../../contract/http/problem';

const RETRY_AFTER = requiredHeader('integer', 'Seconds after which to try again.');

/** An error answer, for the document. */
export function problemResponse(description: string) {
  return jsonResponse(description, problem);
}

/** What is answered while a server that the call needs cannot be reached. */
export function unavailableResponse(description: string) {
  return { ...problemResponse(description), headers: { 'Retry-After': RETRY_AFTER } };
}

/** The answer to a call without a known key. */
export const unauthorizedResponse = {
  ...problemResponse('The service has API keys, and none of them was given.'),
  headers: { 'WWW-Authenticate': requiredHeader('string', 'The scheme of the key.') },
};

export function jsonResponse(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema } } };
}

/** A header that every such answer has. */
export function requiredHeader(type: 'string' | 'integer', description: string) {
  return { description, required: true, schema: { type } };
}
