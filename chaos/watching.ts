import { randomUUID } from 'node:crypto';
import type { RoundRef } from '../activities/types';
import type { createImages } from '../src/records/images';
import { observe } from './observations';

type Images = ReturnType<typeof createImages>;
type Activity<I, R> = (input: I) => Promise<R>;

/** Wraps an activity to record which images it holds, and for how long. */
export function watching<I extends RoundRef & { readonly lane: number }, R>(
  folder: string,
  activity: Activity<I, R>,
  numbersOf: (input: I) => readonly number[],
): Activity<I, R> {
  return async (input) => {
    const { requestId, round, lane } = input;
    const execution = randomUUID();
    const images = numbersOf(input).map((number) => `${requestId}/${lane}-${number}`);
    observe(folder, { what: 'began', execution, round, images });
    try {
      return await activity(input);
    } finally {
      observe(folder, { what: 'ended', execution });
    }
  };
}

/** Wraps `record` to observe which images are recorded as succeeded. */
export function watchingRecords(folder: string, images: Images): Images['record'] {
  return async (requestId, round, attempts) => {
    const recorded = await images.record(requestId, round, attempts);
    const done = attempts.filter((attempt) => 'result' in attempt).map(({ ref }) => ref);
    // When the fence kept some from being recorded, only the records show which. Those of an older round do not count.
    const known = recorded === attempts.length ? null : await images.findMany(requestId, done);
    const isRecorded = (ref: string) => {
      const image = known?.get(ref);
      return known === null || (image?.status === 'succeeded' && image.round === round);
    };
    const ids = done.filter(isRecorded).map((ref) => `${requestId}/${ref}`);
    observe(folder, { what: 'recorded', round, images: ids });
    return recorded;
  };
}
