import type {
  ImageErrorCode,
  PermanentImageCode,
  RetryableImageCode,
} from '../contract/errorCodes';

/**
 * Everything that can go wrong, in one place: what a failure is called, and whether trying again can help.
 *
 * Two mappers read this file and nothing else decides: `src/http/errorHandler.ts` turns a failure into an HTTP
 * answer, `activities/failure.ts` into Temporal's `ApplicationFailure`.
 *
 * Messages follow one grammar: what was expected, what was received, what to do.
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
}

/**
 * The image was not asked for, since its host asked for a pause (`Retry-After` in an answer to
 * another request). Nothing is wrong with the image: this is no attempt at it.
 */
export class HostCoolingDown extends Error {
  override readonly name = 'HostCoolingDown';

  constructor(
    message: string,
    /** Of the answer in which the host asked for it. */
    readonly code: RetryableImageCode,
    /** When it may be asked again. */
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

/** The refusal behind an error that an HTTP client wrapped around it. */
export function blockedBy(error: unknown): BlockedAddress | null {
  if (error instanceof BlockedAddress) return error;
  return error instanceof Error && error.cause !== undefined ? blockedBy(error.cause) : null;
}

/** A webhook receiver did not take the message. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';

  constructor(
    message: string,
    /** The HTTP status received, or `null` when no answer came. */
    readonly statusCode: number | null,
    /** `false` when the receiver said that it never wants it (410 Gone) or the address is refused. */
    readonly retryable: boolean,
    /** The pause that the receiver asked for, in milliseconds (`Retry-After`). */
    readonly retryAfterMs: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a caller did wrong, or what the service cannot do for the caller now. */
export type RefusalCode =
  | 'not_csv'
  | 'malformed'
  | 'unauthorized'
  | 'too_large'
  | 'invalid'
  | 'idempotency_conflict'
  | 'not_found'
  | 'not_finished'
  | 'conflict'
  | 'unavailable';

/** One fault in what the caller sent, in the shape that validation answers carry. */
export interface Fault {
  /** Where: `['body', 'quality']`, `['body', 'file', 'row 7']`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  /** A machine-readable word: `missing`, `invalid_row`, … */
  readonly type: string;
}

/** A call that is answered with an error. `faults` goes with `invalid` only. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly faults: readonly Fault[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The message of anything that can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

const DISK_CODES = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EIO', 'EMFILE'];

/** Whether the file system refused: full, read-only, not ours. Writes name no path, and other realms no `Error`. */
export function isDiskError(error: unknown): error is Error & { readonly code: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    DISK_CODES.includes(String(error.code))
  );
}
