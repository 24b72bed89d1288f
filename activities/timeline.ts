import type { ImageErrorCode } from '../contract/errorCodes';
import type { TimelineStep } from '../contract/timeline';
import type { LastAttempt, TimelineRecord } from '../src/records/types';

/** Attempts that are kept; images that are retried for hours have more. */
const MAX_RETRIED = 10;

/** Notes when the steps of an attempt end; it begins now. */
export function startTimeline() {
  const began = Date.now();
  const steps: Partial<Record<TimelineStep, readonly [after: number, ms: number]>> = {};
  const passed = () => Math.max(Date.now() - began, 0);

  return {
    step(step: TimelineStep, ms: number, ago: number): void {
      steps[step] = [Math.max(passed() - Math.round(ago), 0), Math.round(ms)];
    },
    /** The attempt is the last one of the image. */
    end({ queued_at, retried }: TimelineRecord = {}): TimelineRecord {
      const last: LastAttempt = { began_at: new Date(began), steps, ended: passed() };
      return { ...(queued_at && { queued_at }), ...(retried && { retried }), last };
    },
  };
}

/** Adds an attempt that failed now and is followed by another one. */
export function withRetried(
  { queued_at, retried = [] }: TimelineRecord = {},
  code: ImageErrorCode,
): TimelineRecord {
  const newest = [...retried, { at: new Date(), code }].slice(-MAX_RETRIED);
  return { ...(queued_at && { queued_at }), retried: newest };
}
