import { messageOf } from '../errors';

/** In one line why no answer came, or none that could be read. */
export function reasonOf(error: unknown): string {
  // A host with several addresses that all refuse: it has a code but no message.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  // undici meets an answer that HTTP does not know, such as one with the status 099, with an assertion.
  return codeOf(error) === 'ERR_ASSERTION' ? 'an answer that is no HTTP' : messageOf(error);
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
