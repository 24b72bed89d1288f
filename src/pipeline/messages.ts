import { z } from 'zod';
import { IMAGE_FORMATS, type CompressOptions, type ThumbnailWidth } from '../../contract/formats';
import type { ImageErrorCode, RetryableImageCode } from '../../contract/errorCodes';
import { HostCoolingDown, ImageError, messageOf } from '../errors';
import type { FairKey } from '../images/fairSemaphore';
import { DOWNLOAD_STAGES } from '../images/downloadQueue';
import type { CoolingHost } from '../images/hostCooldowns';
import type { OwnEndpoints } from '../network/ownServers';

/**
 * Messages between the worker, or the API, and its image processes. What arrives from a process is checked: it handles
 * bytes from the internet, and could be in the hands of whoever sent them.
 */

const bytes = z.int().nonnegative();
const seconds = z.number().nonnegative();
/** The last time that a `Date` can hold. */
const LAST_TIME = 8.64e15;

/** An image to compress, to an image process. */
export interface CompressJob {
  /** The downloaded image. */
  readonly file: string;
  /** Where the compressed image is written. */
  readonly output: string;
  readonly requestId: string;
  /** The image's `lane-number`. */
  readonly ref: string;
  readonly options: CompressOptions;
  /** Only what the picture may cost, in this process; `null`: any. */
  readonly most: { readonly memoryBytes: number; readonly cpuSeconds: number } | null;
}

const errorSchema = z.object({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  retryable: z.boolean().optional(),
  retryAfterMs: z.number().optional(),
  /** Of a host that is cooling down, in milliseconds since 1970. */
  until: z.number().optional(),
  stack: z.string().optional(),
});
type ErrorMessage = z.infer<typeof errorSchema>;

/** The answer of an image process. */
export const compressAnswer = z.union([
  z.object({
    compressed: z.object({
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      bytes_out: bytes,
      width: bytes,
      height: bytes,
      format: z.enum(IMAGE_FORMATS),
      note: z.string().nullable(),
      /** How long it took, in this process. */
      ms: z.int().nonnegative(),
    }),
  }),
  /** It costs more than it may in this process. */
  z.object({ cost: z.object({ memoryBytes: bytes, cpuSeconds: seconds }) }),
  z.object({ error: errorSchema }),
]);
export type CompressAnswer = z.infer<typeof compressAnswer>;
export type CompressedImage = Extract<CompressAnswer, { compressed: unknown }>['compressed'];

/** An image to make a thumbnail of, to a thumbnail process. */
export interface ThumbnailJob {
  readonly file: string;
  /** Where the thumbnail is written. */
  readonly output: string;
  readonly width: ThumbnailWidth;
}

/** The answer of a thumbnail process. */
export const thumbnailAnswer = z.union([
  z.object({ made: z.literal(true) }),
  z.object({ error: errorSchema }),
]);
export type ThumbnailAnswer = z.infer<typeof thumbnailAnswer>;

/** To the download process: first where it must not connect to, then images. */
export type DownloadMessage =
  | { readonly own: OwnEndpoints }
  | { readonly download: { readonly id: number; readonly key: FairKey; readonly link: string } }
  | { readonly abort: number }
  /** The image is compressed, or waits for it without a permit. */
  | { readonly release: number };

const stageSeconds = z.partialRecord(z.enum(DOWNLOAD_STAGES), seconds);

const MAX_COOLING_HOSTS = 100;

const coolingHost = z.object({
  host: z.string(),
  until: z.number().max(LAST_TIME),
  reason: z.string(),
}) satisfies z.ZodType<CoolingHost>;

/** From the download process. */
export const downloadAnswer = z.union([
  z.object({ id: z.int(), stages: stageSeconds, file: z.string(), bytes }),
  z.object({ id: z.int(), stages: stageSeconds, error: errorSchema }),
  /** Images in each stage, and hosts that are cooling down, once a second: the process is alive. */
  z.object({
    inFlight: z.record(z.enum(DOWNLOAD_STAGES), z.int()),
    coolingHosts: z.array(coolingHost).max(MAX_COOLING_HOSTS),
  }),
]);
export type DownloadAnswer = z.infer<typeof downloadAnswer>;

export function errorMessageOf(thrown: unknown): ErrorMessage {
  if (!(thrown instanceof Error)) return { name: 'Error', message: messageOf(thrown) };
  const { name, message, stack } = thrown;
  if (thrown instanceof ImageError) {
    const { code, retryable, retryAfterMs } = thrown;
    return { name, message, code, retryable, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  if (thrown instanceof HostCoolingDown) {
    return { name, message, code: thrown.code, until: thrown.until.getTime() };
  }
  const { code } = thrown as { readonly code?: unknown };
  return { name, message, ...(typeof code === 'string' && { code }), ...(stack && { stack }) };
}

/** Returns the error of another process as it was thrown there. */
export function errorOf(sent: ErrorMessage): Error {
  const { name, message, code, retryable, retryAfterMs, until, stack } = sent;
  if (name === 'ImageError' && code !== undefined) {
    // The process has our code, and only our own mapper writes it.
    const ours = code as ImageErrorCode;
    return ImageError.from({ code: ours, message, retryable: retryable === true, retryAfterMs });
  }
  if (name === 'HostCoolingDown' && code !== undefined) {
    return new HostCoolingDown(message, code as RetryableImageCode, new Date(until ?? Date.now()));
  }
  const error = new Error(message);
  // `activities/attempt.ts` tells bugs of ours by their names, and failures of the disk by their codes.
  return Object.assign(error, {
    name,
    ...(code !== undefined && { code }),
    ...(stack && { stack }),
  });
}
