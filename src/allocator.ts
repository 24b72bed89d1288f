import { messageOf } from './errors';
import type { Logger } from './logger';

const EVERY_MS = 5_000;

interface MallocTrim {
  async(pad: number, done: (error: unknown) => void): void;
}

/**
 * Has glibc give back, again and again, what was freed. By itself it keeps every page between two blocks
 * that are still in use: after 20,000 images of all sizes that is more than the worker uses
 * (docs/decisions/memory.md). It takes a few milliseconds on a thread of libuv's.
 */
export async function giveBackFreedMemory(logger: Logger, everyMs = EVERY_MS): Promise<void> {
  if (process.platform !== 'linux') return;
  let mallocTrim: MallocTrim;
  try {
    const { load } = await import('koffi');
    mallocTrim = load(null).func('int malloc_trim(size_t pad)') as MallocTrim;
  } catch (error) {
    // Other allocators see to it themselves.
    logger.info({ reason: messageOf(error) }, 'Freed memory is left to the allocator, not glibc');
    return;
  }
  let isUnderWay = false;
  setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    mallocTrim.async(0, (error: unknown) => {
      isUnderWay = false;
      if (error !== null)
        logger.warn({ reason: messageOf(error) }, 'Freed memory is not given back');
    });
  }, everyMs).unref();
}
