import { stat } from 'node:fs/promises';
import { Piscina } from 'piscina';
import { Refusal } from '../errors';
import { createTurns, type TurnLimits } from './turns';
import type { ThreadAnswer } from './validateThread';
import { validateSheet, type ValidatedSheet } from './validateSheet';

/**
 * Bytes of a file that is read in the thread of the caller: another one takes longer to start (measured: 80 ms) than to
 * read it. These are about fifty rows. The costliest that fit take some milliseconds.
 */
const MAX_TINY_BYTES = 4 * 2 ** 10;

/** Bytes of a small file, which never waits behind large ones. Most sheets are smaller: this is about 2,000 rows. */
const MAX_SMALL_BYTES = 256 * 2 ** 10;

/**
 * How many files of each size are read at once, and how many wait: theirs are complete on disk. Cores are left for the
 * event loop, which answers all other calls. A client gives up after minutes of waiting.
 */
export const READING_LIMITS = {
  small: { atOnce: 1, waiting: 100 },
  large: { atOnce: 1, waiting: 100, mostPauseMs: 1_000 },
} as const satisfies Record<string, TurnLimits>;

const REFUSAL = 'Too many uploads are being read; send it again later';

/** A thread needs 20 MB for a file of any size. More than this is a fault, and only the thread dies. */
const MAX_HEAP_MB = 256;
/** Of it, what is collected often. With Node's default, the API grows by 25 MB more while it reads a million rows. */
const MAX_YOUNG_MB = 8;

export interface SheetThreads {
  /** Reads an upload in another thread unless it is tiny, so that a file that is costly to read delays no other call. */
  readonly validate: typeof validateSheet;
  close(): Promise<void>;
}

/** @param script path of the compiled `validateThread.js` */
export function createSheetThreads(
  script: string,
  limits: Readonly<Record<'small' | 'large', TurnLimits>> = READING_LIMITS,
): SheetThreads {
  const small = createTurns(limits.small, REFUSAL);
  const large = createTurns(limits.large, REFUSAL);
  const pool = new Piscina<Parameters<typeof validateSheet>, ThreadAnswer>({
    filename: script,
    minThreads: 0,
    maxThreads: limits.small.atOnce + limits.large.atOnce,
    idleTimeout: 10_000,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: MAX_YOUNG_MB },
  });

  return {
    async validate(...call): Promise<ValidatedSheet> {
      const { size } = await stat(call[0]);
      if (size <= MAX_TINY_BYTES) return validateSheet(...call);
      const answer = await (size <= MAX_SMALL_BYTES ? small : large)(() => pool.run(call));
      if ('validated' in answer) return answer.validated;
      const { code, message, faults } = answer.refusal;
      throw new Refusal(code, message, faults);
    },
    close: () => pool.destroy(),
  };
}
