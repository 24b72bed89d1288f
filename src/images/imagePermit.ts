import type { AnswerWait } from './download';
import type { FairKey, FairSemaphore } from './fairSemaphore';

/** The permit of an image that is downloaded and compressed. It is lent to others while the host does not answer. */
export interface ImagePermit extends AnswerWait {
  /** Must be called once, at the end. */
  release(): void;
}

/**
 * How long a request may wait for its answer before its permit is lent. Most hosts answer sooner. It bounds the
 * connections that wait: with 32 permits and a limit of 10 seconds for the first byte, at most 1,280.
 */
const LEND_AFTER_MS = 250;

/** @throws the signal's reason when aborted while waiting */
export async function acquireImagePermit(
  permits: FairSemaphore,
  key: FairKey,
  signal: AbortSignal,
): Promise<ImagePermit> {
  let release: (() => void) | null = await permits.acquire(1, signal, key);
  let timer: NodeJS.Timeout | undefined;

  function giveBack(): void {
    clearTimeout(timer);
    release?.();
    release = null;
  }

  return {
    begin() {
      timer = setTimeout(giveBack, LEND_AFTER_MS);
    },
    async end(downloadSignal) {
      clearTimeout(timer);
      release ??= await permits.acquire(1, downloadSignal, key, true);
    },
    release: giveBack,
  };
}
