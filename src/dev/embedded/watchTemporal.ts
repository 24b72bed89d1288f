import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';

const PERIOD_MS = 1000;
/** Longer than a busy server takes. Silence beyond it says nothing of the database, and does not count. */
const ANSWER_MS = 5000;
/** One answer, or two, may come of statements that were rightly cut off. */
const STUCK_AFTER = 3;

/**
 * Asks a Temporal server, every second, for something that it must read from its database, and tells when
 * that stays "interrupted (9)". A driver for SQLite before 1.40.1 may leave a statement open when a caller
 * gives up; everything on that connection, its only one, then fails until the server is started again. What we
 * build has a newer driver; this is for an old `temporal` on PATH, or one that was downloaded long ago.
 *
 * @param onStuck called again, if it lasts, after as many answers more
 * @returns ends the watch, after what is being asked has been answered: best while the server is stopped
 * @see https://gitlab.com/cznic/sqlite/-/issues/198
 */
export function watchTemporal(address: string, onStuck: () => void): () => Promise<void> {
  // Without the SDK's own retries: they would hide the answers.
  const connection = Connection.lazy({ address, interceptors: [] });
  const over = new AbortController();

  async function watch(): Promise<void> {
    let interrupted = 0;
    for (;;) {
      await sleep(PERIOD_MS, null, { signal: over.signal });
      interrupted = (await isInterrupted(connection)) ? interrupted + 1 : 0;
      const isStuck = interrupted > 0 && interrupted % STUCK_AFTER === 0;
      if (isStuck && !over.signal.aborted) onStuck();
    }
  }

  const watching = watch().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  return async () => {
    over.abort();
    await watching;
    await connection.close();
  };
}

/** Not so when it does not answer: it is down or slow then, and keeps running or is started again anyway. */
async function isInterrupted(connection: Connection): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + ANSWER_MS, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
    return false;
  } catch (error) {
    return isGrpcServiceError(error) && error.details.includes('interrupted (9)');
  }
}
