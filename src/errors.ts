import type {
  ImageErrorCode,
  PermanentImageCode,
  RetryableImageCode,
} from '../contract/errorCodes';

// Defined there, since `sheet/` throws them too.
export { Refusal, type Fault, type RefusalCode } from '../contract/refusal';

/**
 * All errors of the service: their codes, and whether a later attempt can succeed.
 *
 * Exactly two mappers use them: `src/http/errorHandler.ts` makes HTTP answers, `activities/failure.ts` makes
 * Temporal's `ApplicationFailure`.
 *
 * Validation messages say what was expected, what was received, and what to do.
 */

/** One image could not be downloaded or compressed. */
export class ImageError extends Error {
  override readonly name = 'ImageError';

  private constructor(
    readonly code: ImageErrorCode,
    message: string,
    /** Whether a later attempt can succeed. */
    readonly retryable: boolean,
    /** The pause that the origin asked for, in milliseconds (`Retry-After`). */
    readonly retryAfterMs: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  static permanent(code: PermanentImageCode, message: string, cause?: unknown): ImageError {
    return new ImageError(code, message, false, undefined, { cause });
  }

  static retryable(
    code: RetryableImageCode,
    message: string,
    { retryAfterMs, cause }: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ): ImageError {
    return new ImageError(code, message, true, retryAfterMs, { cause });
  }

  /** Repeats an error of another process; or one whose code is retryable although no later attempt can succeed. */
  static from({ code, message, retryable, retryAfterMs }: ImageErrorFields): ImageError {
    return new ImageError(code, message, retryable, retryAfterMs);
  }
}

export type ImageErrorFields = Pick<ImageError, 'code' | 'message' | 'retryable' | 'retryAfterMs'>;

/**
 * The image was not requested, since its host asked for a pause (`Retry-After` in the answer to another
 * request). This does not count as an attempt.
 */
export class HostCoolingDown extends Error {
  override readonly name = 'HostCoolingDown';

  constructor(
    message: string,
    /** The code of the answer in which the host asked for the pause. */
    readonly code: RetryableImageCode,
    /** When requests to the host may continue. */
    readonly until: Date,
  ) {
    super(message);
  }
}

/**
 * The connector refused to connect: the address is private and no `ALLOWED_NETWORKS` entry names it.
 * Thrown by `src/network`, below every download and every webhook.
 */
export class BlockedAddress extends Error {
  override readonly name = 'BlockedAddress';
}

/** Finds the `BlockedAddress` among the causes of an HTTP client's error. */
export function blockedBy(error: unknown): BlockedAddress | null {
  if (error instanceof BlockedAddress) return error;
  return error instanceof Error && error.cause !== undefined ? blockedBy(error.cause) : null;
}

/** A webhook receiver did not accept a delivery. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';

  constructor(
    message: string,
    /** The HTTP status received, or `null` when no answer came. */
    readonly statusCode: number | null,
    /** `false` when the receiver answered 410 Gone or the address is blocked. */
    readonly retryable: boolean,
    /** The pause that the receiver asked for, in milliseconds (`Retry-After`). */
    readonly retryAfterMs: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The storage backend cannot do something now. Nothing that a caller or an image did is the reason. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';

  constructor(
    /** The backend's own code: `SlowDown`, `AccessDenied`, `ECONNREFUSED`. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A limit of a process that works on images. */
export type ExceededLimit = 'cpu' | 'memory' | 'wall';

/** A process that works on images ended before it answered. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';

  constructor(
    /** The limit for which we killed it; `crash`: it ended by itself. */
    readonly reason: ExceededLimit | 'crash',
    /** `SIGSEGV`, `exit 1`, … */
    readonly how: string,
  ) {
    super(`A process ended before it answered (${reason}: ${how})`);
  }
}

/** The message of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const DISK_CODES = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EIO', 'EMFILE'];

/**
 * Whether a file system operation failed for a reason that an operator can fix: full, read-only, no permission.
 * Checked by `code`, since errors from another realm are no `Error` and failed writes have no path.
 */
export function isDiskError(error: unknown): error is CodedError {
  return hasCode(error) && DISK_CODES.includes(error.code);
}

/** The same of any storage, or a missing folder: where no file is asked for by its name, only an operator can have removed it. */
export function isStorageError(error: unknown): error is CodedError {
  return (
    error instanceof StorageUnavailable ||
    isDiskError(error) ||
    (hasCode(error) && error.code === 'ENOENT')
  );
}

type CodedError = Error & { readonly code: string };

function hasCode(error: unknown): error is CodedError {
  return (
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
  );
}
