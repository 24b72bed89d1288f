import type { TimelineEntry } from '../../contract/http/images';
import type { TimelineStep } from '../../contract/timeline';
import type { ImageRecord, LastAttempt, RequestRecord } from '../records/types';

type Request = Pick<RequestRecord, 'round' | 'created_at'>;

/** Returns what happened to an image in its round, in order. Empty for an image that an older version has worked on. */
export function timelineOf(request: Request, image: ImageRecord): TimelineEntry[] {
  const { attempts, status, timeline } = image;
  if (timeline === undefined && (attempts > 0 || status !== 'pending')) return [];
  return [
    ...queuedAt(request, image),
    ...retriedOf(image),
    ...(timeline?.last === undefined ? [] : lastOf(image, timeline.last)),
  ];
}

/** In the first round, an image is queued by the upload of its request. */
function queuedAt({ round, created_at }: Request, image: ImageRecord): TimelineEntry[] {
  const isOfUpload = round === 1 || image.round === 1;
  const at = image.timeline?.queued_at ?? (isOfUpload ? created_at : null);
  return at === null ? [] : [entry('queued', at)];
}

function retriedOf({ attempts, status, timeline }: ImageRecord): TimelineEntry[] {
  const { retried = [] } = timeline ?? {};
  const all = Math.max(status === 'pending' ? attempts : attempts - 1, retried.length);
  const left = all - retried.length;
  return retried.map(({ at, code }, index) => {
    const note = index === 0 && left > 0 ? `; ${left} earlier of ${all} left out` : '';
    const detail = `Attempt ${left + index + 1} failed: ${code}${note}`;
    return entry('retried', at, null, detail);
  });
}

/** The steps in the order in which an attempt passes them. */
const STEPS: readonly TimelineStep[] = ['waited', 'downloaded', 'compressed', 'stored'];

function lastOf(image: ImageRecord, { began_at, steps, ended }: LastAttempt): TimelineEntry[] {
  const after = (ms: number) => new Date(began_at.getTime() + ms);
  const passed = STEPS.flatMap((step) => {
    const [ended, ms] = steps[step] ?? [];
    return ended === undefined || ms === undefined
      ? []
      : [entry(step, after(ended), ms, detailOf(step, image))];
  });
  const failure = image.status === 'failed' ? (image.error?.message ?? null) : null;
  return failure === null ? passed : [...passed, entry('failed', after(ended), null, failure)];
}

function detailOf(step: TimelineStep, { result }: ImageRecord): string | null {
  if (result === null) return null;
  if (step === 'downloaded') return `${result.bytes_in} bytes`;
  const { width, height, format, bytes_out } = result;
  return step === 'compressed' ? `${bytes_out} bytes, ${width}×${height}, ${format}` : null;
}

function entry(
  event: TimelineEntry['event'],
  at: Date,
  ms: number | null = null,
  detail: string | null = null,
): TimelineEntry {
  return { event, at: at.toISOString(), ms, detail };
}
