import { createCache, type CacheTimes } from '../cache';
import { StorageUnavailable } from '../errors';
import type { FileStore } from '../storage/fileStore';

/** Callers wait for the check. */
const DEADLINE_MS = 5_000;
/** Uploads and probes within this time share one request to the store, also when it fails. */
const KEPT: CacheTimes = { keptMs: 1_000, failureKeptMs: 1_000 };

/** Resolves when the storage can be read and written, and rejects with StorageUnavailable or the error of the disk. */
export type StorageCheck = () => Promise<void>;

export function createStorageCheck(
  files: Pick<FileStore, 'check'>,
  { deadlineMs = DEADLINE_MS, kept = KEPT }: { deadlineMs?: number; kept?: CacheTimes } = {},
): StorageCheck {
  const cache = createCache<undefined>(kept);
  return () => cache('storage', () => inTime((signal) => files.check(signal), deadlineMs));
}

/** Aborts the check at the deadline, so that checks of a store that hangs do not accumulate. */
async function inTime(
  check: (signal: AbortSignal) => Promise<void>,
  deadlineMs: number,
): Promise<undefined> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new StorageUnavailable('Timeout', `Timeout: no answer within ${deadlineMs} ms`);
      reject(error);
      controller.abort(error);
    }, deadlineMs);
  });
  try {
    // The disk cannot be interrupted.
    await Promise.race([check(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
