import { ImageError } from '../errors';
import { asImageError } from '../images/downloadErrors';
import { statusError } from '../images/response';
import { describe, faultOf, type S3Fault } from '../storage/s3/errors';

/** Codes of Node and OpenSSL for a failed connection. */
const OF_CONNECTION = /^(E[A-Z]|ERR_|[A-Z0-9_]*CERT)/;
const TIMEOUTS = ['Timeout', 'ETIMEDOUT', 'RequestTimeout'];

/**
 * Converts an error of a source bucket to an error of the image, with the same codes as downloads. It is not an error of
 * our storage: other images continue, and the image has a limited number of attempts.
 */
export function bucketError(error: unknown): ImageError {
  const fault = faultOf(error);
  const { code, status } = fault;
  const message = `Expected the image, received ${describe(fault)}${adviceFor(fault)}`;
  if (TIMEOUTS.includes(code)) return ImageError.retryable('timeout', message, { cause: error });
  if (status !== null) {
    const { code: imageCode, retryable } = statusError(status, undefined);
    return ImageError.from({ code: imageCode, message, retryable, retryAfterMs: undefined });
  }
  if (OF_CONNECTION.test(code)) return asImageError(error);
  return ImageError.retryable('connect_failure', message, { cause: error });
}

function adviceFor({ status }: S3Fault): string {
  return status === 401 || status === 403
    ? "; the workers' credentials need s3:GetObject for this bucket"
    : '';
}
