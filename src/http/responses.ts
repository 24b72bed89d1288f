import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { z } from 'zod';
import type { Right } from '../callers';
import { problem } from '../../contract/http/problem';

const RETRY_AFTER = requiredHeader('integer', 'Seconds after which to try again.');

/** Documents an error answer. */
export function problemResponse(description: string) {
  return jsonResponse(description, problem);
}

/** Documents an error answer that says when to try again: over a limit, or while a server cannot be reached. */
export function retryLaterResponse(description: string) {
  return { ...problemResponse(description), headers: { 'Retry-After': RETRY_AFTER } };
}

const WRITE_LIMIT_HEADERS = {
  'RateLimit-Limit': requiredHeader('integer', 'Writes that the caller may send in a minute.'),
  'RateLimit-Remaining': requiredHeader('integer', 'Writes that it may still send.'),
  'RateLimit-Reset': requiredHeader('integer', 'Seconds until it may send all of them again.'),
};

/** Adds the headers of the write limit to every answer, except 503: that is also given before writes are counted. */
export function withWriteLimit(responses: RouteConfig['responses']): RouteConfig['responses'] {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const own = 'headers' in response ? (response.headers as Record<string, object>) : {};
      const counted = { ...response, headers: { ...own, ...WRITE_LIMIT_HEADERS } };
      return [status, status === '503' ? response : counted] as const;
    }),
  );
}

/** Documents the answer to a write whose key lacks the right, or that a page of another site makes a browser send. */
export function forbiddenResponse(right: Right) {
  return problemResponse(
    `The key lacks the right \`${right}\`, or a page of another site sent the request.`,
  );
}

/** Documents the answer to a request for a host name that is not the service's. */
export const wrongHostResponse = problemResponse('The host name is not in ALLOWED_HOSTS.');

/** Documents the answer to a request without a valid key. */
export const unauthorizedResponse = {
  ...problemResponse('The service requires an API key, and no valid one was sent.'),
  headers: { 'WWW-Authenticate': requiredHeader('string', 'The scheme of the key.') },
};

export function jsonResponse(description: string, schema: z.ZodType) {
  return { description, content: { 'application/json': { schema } } };
}

/** Documents a header that the answer always has. */
export function requiredHeader(type: 'string' | 'integer', description: string) {
  return { description, required: true, schema: { type } };
}
