import { HostCoolingDown, ImageError } from '../src/errors';
import { isDataLink, parseDataLink } from '../src/network/dataLink';
import { shareAdviceOf } from '../src/network/shareLinks';
import { parseSheetLink } from '../src/network/sheetLink';
import { changesOf, type Attempt, type Images } from '../src/records/images';
import { isFinished } from '../contract/statuses';
import type { ImageRecord, RequestRecord } from '../src/records/types';
import type { ActivityDependencies } from './dependencies';
import { roundClosed } from './failure';
import { startTimeline, withRetried } from './timeline';
import type { RoundRef, Tally } from './types';

/** The longest pause between two attempts at an image, however long its host is down. */
const MAX_PAUSE_MS = 10 * 60_000;

/**
 * Returns the request.
 *
 * @throws ApplicationFailure `round_closed` when the round has ended
 */
export async function requireOpenRound(
  { records }: Pick<ActivityDependencies, 'records'>,
  { requestId, round }: RoundRef,
): Promise<RequestRecord> {
  const request = await records.requests.find(requestId);
  if (request?.round !== round || request.state === 'withdrawn' || isFinished(request.state)) {
    throw roundClosed(requestId, round);
  }
  return request;
}

/**
 * Makes one attempt at one image, from its link to the file on disk. Does not record it.
 *
 * @throws every error that the image did not cause: a cancellation, a full disk
 */
export async function attemptImage(
  deps: Pick<ActivityDependencies, 'pipeline' | 'config' | 'logger' | 'metrics'> & {
    readonly records: { readonly images: Pick<Images, 'dataOf'> };
  },
  request: RequestRecord,
  ref: string,
  image: ImageRecord,
  signal: AbortSignal,
): Promise<Attempt> {
  const { records, pipeline, config, logger, metrics } = deps;
  const { places } = image;
  const at = image.attempts + 1;
  const timeline = startTimeline();
  try {
    const { _id: requestId, caller = requestId, options } = request;
    const { url: link } = image;
    const readData = async () =>
      // In records of older versions the link itself is still there.
      (await records.images.dataOf(requestId, ref)) ?? parseDataLink(link).bytes;
    const embedded = isDataLink(link) ? { readData } : {};
    const onStep = timeline.step;
    const wanted = { caller, requestId, ref, link, options, onStep, ...embedded };
    const result = await pipeline.process(wanted, signal);
    metrics.imageSucceeded(result.bytes_in, result.bytes_out);
    return { ref, at, places, timeline: timeline.end(image.timeline), result };
  } catch (error) {
    if (error instanceof HostCoolingDown) {
      const { code, message, until: retryAt } = error;
      metrics.imageFailed('postponed', code);
      return { ref, at: image.attempts, places, failure: { code, message }, retryAt };
    }
    const { code, message, retryable, retryAfterMs } = asImageError(error, () => {
      logger.error(
        { err: error, request_id: request._id, image: ref },
        'Unexpected error while processing an image',
      );
    });
    const failure = { code, message: advised(code, message, image.url) };
    const isLast = !retryable || at >= config.IMAGE_MAX_ATTEMPTS;
    metrics.imageFailed(isLast ? 'failed' : 'retried', code);
    if (isLast) return { ref, at, places, timeline: timeline.end(image.timeline), failure };
    const pause = retryAfterMs ?? config.IMAGE_RETRY_INITIAL_MS * 2 ** (at - 1);
    return {
      ref,
      at,
      places,
      timeline: withRetried(image.timeline, code),
      failure,
      retryAt: new Date(Date.now() + Math.min(pause, MAX_PAUSE_MS)),
    };
  }
}

/** Tells what to do when the link to a file host led to a page, as for a login, or to an archive. */
function advised(code: string, message: string, link: string): string {
  const url = code === 'not_an_image' ? parseSheetLink(link) : null;
  const advice = url && shareAdviceOf(url);
  return advice === null ? message : `${message}; ${advice}`;
}

/**
 * Turns a bug in our code into the permanent error `internal`. The bug would recur with the same image, and retrying
 * the slice without limit would keep its request from finishing.
 *
 * @throws every other error: a full disk, a cancellation
 */
function asImageError(error: unknown, log: () => void): ImageError {
  if (error instanceof ImageError) return error;
  const name = error instanceof Error ? error.name : '';
  if (!['TypeError', 'RangeError', 'ReferenceError'].includes(name)) throw error;
  log();
  return ImageError.permanent(
    'internal',
    'The service failed on this image; its log says why',
    error,
  );
}

/**
 * Records attempts. While rows are being recorded, an image may get more places during its attempt: then it is recorded
 * with these, so that they are counted.
 *
 * @returns the images as they are afterwards
 */
export async function recordAttempts(
  { records }: Pick<ActivityDependencies, 'records'>,
  { requestId, round }: RoundRef,
  before: ReadonlyMap<string, ImageRecord>,
  attempts: readonly Attempt[],
): Promise<ReadonlyMap<string, ImageRecord>> {
  let images = before;
  let open = attempts;
  while ((await records.images.record(requestId, round, open)) < open.length) {
    // Or another run of this activity recorded first: its records count.
    images = await records.images.findMany(requestId, [...before.keys()]);
    open = open.flatMap((attempt) => {
      const image = images.get(attempt.ref);
      const isOpen = image?.status === 'pending' && image.round === round;
      return isOpen && image.places !== attempt.places
        ? [{ ...attempt, places: image.places }]
        : [];
    });
  }
  return applyAll(images, open);
}

function applyAll(
  images: ReadonlyMap<string, ImageRecord>,
  attempts: readonly Attempt[],
): ReadonlyMap<string, ImageRecord> {
  const after = new Map(images);
  for (const attempt of attempts) {
    const image = images.get(attempt.ref);
    if (image !== undefined) after.set(attempt.ref, { ...image, ...changesOf(attempt) });
  }
  return after;
}

/**
 * Counts the images that ended in this round. Those of earlier rounds have been counted already, and late places are
 * counted by the activity that records rows.
 */
export function tallyOf(images: Iterable<ImageRecord>, ofRound: number): Tally {
  const tally = { succeeded: 0, failed: 0, bytesIn: 0, bytesOut: 0 };
  for (const { status, round, places, late = 0, result } of images) {
    if (round !== ofRound) continue;
    if (status === 'succeeded') tally.succeeded += places - late;
    if (status === 'failed') tally.failed += places - late;
    tally.bytesIn += result?.bytes_in ?? 0;
    tally.bytesOut += result?.bytes_out ?? 0;
  }
  return tally;
}

export function isDue({ status, retry_at }: ImageRecord, now: number): boolean {
  return status === 'pending' && (retry_at === null || retry_at.getTime() <= now);
}

export function dueInMs({ retry_at }: ImageRecord): number {
  return Math.max((retry_at?.getTime() ?? 0) - Date.now(), 1);
}
