import { randomUUID } from 'node:crypto';
import type { RoundRef } from '../activities/types';
import type { createImages } from '../src/records/images';
import { observe } from './observations';

type Images = ReturnType<typeof createImages>;
type Activity<I, R> = (input: I) => Promise<R>;

/** Notes which images an activity holds, and how long. */
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

/** Notes which images are recorded as done. */
export function watchingRecords(folder: string, images: Images): Images['record'] {
  return async (requestId, round, attempts) => {
    const recorded = await images.record(requestId, round, attempts);
    const done = attempts.filter((attempt) => 'result' in attempt).map(({ ref }) => ref);
    // Fenced off in part, only the records can say which: those of an older round are not to count.
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
