import { ImageError, StorageUnavailable } from '../errors';
import { asImageError } from '../images/downloadErrors';
import { statusError } from '../images/response';
import { describe, faultOf, type S3Fault } from '../storage/s3/errors';

/** Codes of Node and OpenSSL for a failed connection. */
const OF_CONNECTION = /^(E[A-Z]|ERR_|[A-Z0-9_]*CERT)/;
const TIMEOUTS = ['Timeout', 'ETIMEDOUT', 'RequestTimeout'];

/** Faults of our credentials, clock or region. Every image of every bucket fails until an operator corrects them. */
const OURS = [
  'AuthorizationHeaderMalformed',
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'PermanentRedirect',
  'RegionMissing',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
];

/**
 * Converts an error of a source bucket to an error of the image, with the same codes as downloads: other images continue,
 * and the image has a limited number of attempts. Faults that only an operator can correct become StorageUnavailable,
 * which costs no attempt.
 *
 * Messages of images are for callers. They have the store's code, but not its message, which may name accounts, roles and
 * internal hosts. `reasonOf` returns it for the log.
 */
export function bucketError(error: unknown, bucket: string): ImageError | StorageUnavailable {
  const fault = sourceFaultOf(error);
  const { code } = fault;
  if (OURS.includes(code)) {
    const message = `${describe(fault)} from the source bucket ${bucket}`;
    return new StorageUnavailable(code, message, { cause: error });
  }
  const received = describe({ ...fault, message: '' });
  const message = `Expected the image, received ${received}${adviceFor(fault)}`;
  if (TIMEOUTS.includes(code)) return ImageError.retryable('timeout', message, { cause: error });
  const { code: imageCode, retryable } = kindOf(error, fault);
  return ImageError.from({ code: imageCode, message, retryable, retryAfterMs: undefined });
}

/** Returns the code and message of the store, for operators. */
export function reasonOf(error: unknown): string {
  return describe(sourceFaultOf(error));
}

function sourceFaultOf(error: unknown): S3Fault {
  // Our own client rejected the answer.
  if (error instanceof StorageUnavailable) return { code: error.code, message: '', status: null };
  return faultOf(error);
}

function kindOf(error: unknown, { code, status }: S3Fault): Pick<ImageError, 'code' | 'retryable'> {
  if (status !== null) return statusError(status, undefined);
  if (OF_CONNECTION.test(code)) return asImageError(error);
  return { code: 'connect_failure', retryable: true };
}

function adviceFor({ status }: S3Fault): string {
  return status === 401 || status === 403
    ? "; the workers' credentials need s3:GetObject for this bucket"
    : '';
}
