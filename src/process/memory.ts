import { setFlagsFromString } from 'node:v8';
import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';

const EVERY_MS = 5_000;

/**
 * By default, V8 lets the heap grow up to four times its used size before it collects, if garbage is created fast.
 * The buffers of downloads are freed with that garbage. V8 reads this flag at each collection.
 */
const HEAP_GROWTH_PERCENT = 50;

interface MallocTrim {
  async(pad: number, done: (error: unknown) => void): void;
}

/**
 * Keeps the resident memory of a process close to what it uses (docs/decisions/memory.md): V8 collects garbage earlier,
 * and freed memory is returned.
 */
export async function keepMemoryLevel(logger: Logger, everyMs = EVERY_MS): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  await returnFreedMemory(logger, everyMs);
}

/**
 * Regularly makes glibc return freed memory to the system. By default, glibc keeps every free page between two used
 * blocks: after 20,000 images of all sizes, that is more than a worker uses. `malloc_trim` takes some milliseconds, on a
 * thread of libuv.
 */
export async function returnFreedMemory(logger: Logger, everyMs = EVERY_MS): Promise<void> {
  if (process.platform !== 'linux') return;
  let mallocTrim: MallocTrim;
  try {
    const { load } = await import('koffi');
    mallocTrim = load(null).func('int malloc_trim(size_t pad)') as MallocTrim;
  } catch (error) {
    // Other allocators return memory by themselves.
    logger.info({ reason: messageOf(error) }, 'malloc_trim is not available');
    return;
  }
  let isUnderWay = false;
  setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    mallocTrim.async(0, (error: unknown) => {
      isUnderWay = false;
      if (error !== null) logger.warn({ reason: messageOf(error) }, 'malloc_trim failed');
    });
  }, everyMs).unref();
}
