import { createCache } from '../cache';
import { StorageUnavailable } from '../errors';
import type { FileStore } from '../storage/fileStore';

/** Callers wait for the check, and the client of a slow store would try for a minute. */
const DEADLINE_MS = 5_000;
/** Uploads and probes within this time share one request to the store. */
const KEPT_MS = 1_000;

/** Resolves when the storage can be read and written, and rejects with StorageUnavailable or the error of the disk. */
export type StorageCheck = () => Promise<void>;

export function createStorageCheck(files: Pick<FileStore, 'check'>): StorageCheck {
  const cache = createCache<true>({ keptMs: KEPT_MS });
  return async () => {
    await cache('storage', () => inTime(files.check().then(() => true)));
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StorageUnavailable('Timeout', `Timeout: no answer within ${DEADLINE_MS} ms`));
    }, DEADLINE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
