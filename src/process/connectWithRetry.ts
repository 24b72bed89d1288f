import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Connects to a server that may not be up yet, and retries without limit. Processes can start in any order, and an
 * operator need not restart one because another started later.
 */
export async function connectWithRetry<T>(
  what: string,
  connect: () => Promise<T>,
  logger: Logger,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await connect();
    } catch (error) {
      logger.warn(
        { reason: messageOf(error), pause_ms: pause },
        `${what} cannot be reached; trying again`,
      );
      await sleep(pause);
    }
  }
}
