import { errors } from 'undici';
import { blockedBy, ImageError } from '../errors';
import { codeOf, faultOf, reasonOf } from '../network/reason';

/** Of getaddrinfo: the name is unknown, or the resolver does not answer. */
const DNS_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ESERVFAIL'];

/**
 * Whatever else happened between us and the origin: all of it may pass, but for a refused address. A
 * certificate that cannot be trusted counts as a failed connection too: it is often renewed too late.
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
    return ImageError.retryable('timeout', `Expected an answer, received none: ${error.message}`, {
      cause: error,
    });
  }
  const fault = faultOf(error);
  const message =
    fault === null
      ? `Expected a whole answer, received a broken connection: ${reasonOf(error)}`
      : `Expected ${fault.expected}, received ${fault.received}`;
  return ImageError.retryable('connect_failure', message, { cause: error });
}
