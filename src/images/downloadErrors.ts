import { errors } from 'undici';
import { blockedBy, ImageError } from '../errors';
import { codeOf, faultOf, reasonOf } from '../network/reason';

/** Error codes of getaddrinfo: the name is unknown, or the resolver does not respond. */
const DNS_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ESERVFAIL'];

/**
 * Converts any other error of a download. All are retryable except a blocked address. An untrusted certificate
 * counts as a failed connection, because certificates are often renewed too late.
 */
export function asImageError(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  const blocked = blockedBy(error);
  if (blocked !== null) return ImageError.permanent('blocked_address', blocked.message, error);
  const code = codeOf(error);
  if (DNS_CODES.includes(code)) {
    return ImageError.retryable('dns_failure', `Expected the host to resolve, received ${code}`, {
      cause: error,
    });
  }
  if (
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  ) {
    return ImageError.retryable('timeout', `Expected a response, received none: ${error.message}`, {
      cause: error,
    });
  }
  const fault = faultOf(error);
  const message =
    fault === null
      ? `Expected a complete response, received a broken connection: ${reasonOf(error)}`
      : `Expected ${fault.expected}, received ${fault.received}`;
  return ImageError.retryable('connect_failure', message, { cause: error });
}
