import { setFlagsFromString } from 'node:v8';
import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';

const EVERY_MS = 5_000;

/**
 * V8 lets its heap grow to four times what is in use before it looks for garbage, when garbage comes fast; with
 * the garbage go the buffers of downloads. Read anew at each of its collections.
 */
const HEAP_GROWTH_PERCENT = 50;

interface MallocTrim {
  async(pad: number, done: (error: unknown) => void): void;
}

/**
 * Keeps what a worker holds of memory near what it uses (docs/decisions/memory.md): V8 collects garbage earlier,
 * and glibc is told, again and again, to give back what was freed. By itself it keeps every page between two blocks
 * that are still in use: after 20,000 images of all sizes that is more than the worker uses. To give it back takes
 * some milliseconds on a thread of libuv's.
 */
export async function keepMemoryLevel(logger: Logger, everyMs = EVERY_MS): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
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
