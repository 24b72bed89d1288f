import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';

const PERIOD_MS = 1000;
/** Longer than a busy server takes. A call without an answer says nothing about the database and does not count. */
const ANSWER_MS = 5000;
/** One or two such answers may come from statements that were cancelled on purpose. */
const STUCK_AFTER = 3;

/**
 * Makes a call every second that a Temporal server must answer from its database, and reports when the answer stays
 * "interrupted (9)". A driver for SQLite before 1.40.1 may leave a statement open when a call is cancelled; every
 * statement on its only connection then fails until the server is restarted. The program that we build has a newer
 * driver; this is for an old `temporal` on PATH or in the cache.
 *
 * @param onStuck called after three such answers in a row, and again after each three more
 * @returns a function that ends the watch once the current call has ended; call it while the server is being stopped
 * @see https://gitlab.com/cznic/sqlite/-/issues/198
 */
export function watchTemporal(address: string, onStuck: () => void): () => Promise<void> {
  // Without the SDK's own retries, which would hide the answers.
  const connection = Connection.lazy({ address, interceptors: [] });
  const stopped = new AbortController();

  async function watch(): Promise<void> {
    let interrupted = 0;
    for (;;) {
      await sleep(PERIOD_MS, null, { signal: stopped.signal });
      interrupted = (await isInterrupted(connection)) ? interrupted + 1 : 0;
      const isStuck = interrupted > 0 && interrupted % STUCK_AFTER === 0;
      if (isStuck && !stopped.signal.aborted) onStuck();
    }
  }

  const watching = watch().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return async () => {
    stopped.abort();
    await watching;
    await connection.close();
  };
}

/** Returns false for a server that does not answer: it is slow, or it is down and the supervisor restarts it. */
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
