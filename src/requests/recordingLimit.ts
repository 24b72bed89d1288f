import { Refusal } from '../errors';

/**
 * How many uploads are recorded at once, and how many wait for it. A large upload takes up to 100 MB of memory and
 * minutes, a small one a few megabytes and seconds: it does not wait behind large ones. Few large ones wait, since the
 * client of each would wait for all before it.
 */
export const RECORDING_LIMITS = {
  small: { atOnce: 8, waiting: 100 },
  large: { atOnce: 2, waiting: 8 },
} as const;

/** Rows and links of an upload that counts as small. */
export const MAX_SMALL = 20_000;

/** Records an upload with so many rows and links, at once or when it is its turn. */
export type RecordingLimit = <T>(size: number, record: () => Promise<T>) => Promise<T>;

/** Limits the uploads that one process records at once. Those that wait hold no memory but their file's header. */
export function createRecordingLimit(
  limits: Readonly<Record<'small' | 'large', QueueLimits>> = RECORDING_LIMITS,
): RecordingLimit {
  const small = createQueue(limits.small);
  const large = createQueue(limits.large);
  return (size, record) => (size <= MAX_SMALL ? small : large)(record);
}

interface QueueLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

function createQueue({ atOnce, waiting }: QueueLimits) {
  const queue: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (queue.length >= waiting) {
      throw new Refusal('unavailable', 'Too many uploads are being recorded; send it again later');
    }
    await new Promise<void>((resolve) => queue.push(resolve));
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    try {
      return await work();
    } finally {
      const next = queue.shift();
      // The next one continues in place of this one.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
