import { Piscina } from 'piscina';
import { Refusal } from '../errors';
import type { ThreadAnswer } from './validateThread';
import type { ValidatedSheet, validateSheet } from './validateSheet';

/** Files read at once. One core is left for the event loop, which answers all other calls. */
const THREADS = 2;

/** Uploads that wait for a thread; their files are complete on disk. A client gives up after minutes of waiting. */
const MAX_WAITING = 100;

/** A thread needs 20 MB for a file of any size. More than this is a fault, and only the thread dies. */
const MAX_HEAP_MB = 256;

export interface SheetThreads {
  /** Reads an upload in another thread, so that a file that is costly to read does not delay other calls. */
  readonly validate: typeof validateSheet;
  close(): Promise<void>;
}

/** @param script path of the compiled `validateThread.js` */
export function createSheetThreads(
  script: string,
  { threads = THREADS, waiting = MAX_WAITING } = {},
): SheetThreads {
  const pool = new Piscina<Parameters<typeof validateSheet>, ThreadAnswer>({
    filename: script,
    minThreads: 0,
    maxThreads: threads,
    maxQueue: waiting,
    idleTimeout: 10_000,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });

  return {
    async validate(...call): Promise<ValidatedSheet> {
      // Checked here: piscina rejects with an error that only its text tells apart.
      if (pool.queueSize >= waiting) {
        throw new Refusal('unavailable', 'Too many uploads are being read; send it again later');
      }
      const answer = await pool.run(call);
      if ('validated' in answer) return answer.validated;
      const { code, message, faults } = answer.refusal;
      throw new Refusal(code, message, faults);
    },
    close: () => pool.destroy(),
  };
}
