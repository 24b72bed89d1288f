import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { mongo } from 'mongoose';
import { messageOf } from '../../errors';

const PERIOD_MS = 1000;

/** Longer than a busy server takes. A call without an answer says nothing about the database and does not count. */
const TEMPORAL_ANSWER_MS = 5000;
/** One or two such answers may come from statements that were cancelled on purpose. */
const TEMPORAL_STUCK_AFTER = 3;

/** Together with the number of calls, this is as long as the service waits for an answer of MongoDB: a minute. */
export const MONGODB_ANSWER_MS = 10_000;
const MONGODB_STUCK_AFTER = 6;

/** Ends a watch once its current call has ended. Called while the server is being stopped. */
type EndWatch = () => Promise<void>;

/**
 * Makes a call every second that a Temporal server must answer from its database, and reports when the answer stays
 * "interrupted (9)". A driver for SQLite before 1.40.1 may leave a statement open when a call is cancelled; every
 * statement on its only connection then fails until the server is restarted. The program that we build has a newer
 * driver; this is for an old `temporal` on PATH or in the cache.
 *
 * @param onStuck called after three such answers in a row, and again after each three more
 * @see https://gitlab.com/cznic/sqlite/-/issues/198
 */
export function watchTemporal(address: string, onStuck: () => void): EndWatch {
  // Without the SDK's own retries, which would hide the answers.
  const connection = Connection.lazy({ address, interceptors: [] });
  const isStuck = () => isInterrupted(connection);
  const end = watch(isStuck, TEMPORAL_STUCK_AFTER, onStuck);
  return async () => {
    await end();
    await connection.close();
  };
}

/**
 * Pings a MongoDB server every second, and reports when it stays silent: its process is there and accepts connections,
 * but answers nothing. Every call is then as silent, until the server is restarted.
 *
 * @param onSilent called after six pings in a row without an answer, and again after each six more
 */
export function watchMongodb(uri: string, answerMs: number, onSilent: () => void): EndWatch {
  const client = new mongo.MongoClient(uri, {
    connectTimeoutMS: answerMs,
    serverSelectionTimeoutMS: answerMs,
    socketTimeoutMS: answerMs,
    maxPoolSize: 1,
  });
  const end = watch(() => isSilent(client), MONGODB_STUCK_AFTER, onSilent);
  return async () => {
    const ended = end();
    // Ends a ping that waits for the server, which is being stopped.
    await client.close();
    await ended;
  };
}

/** @param onStuck called when so many calls in a row found the server stuck, and again after as many more */
function watch(isStuck: () => Promise<boolean>, stuckAfter: number, onStuck: () => void): EndWatch {
  const stopped = new AbortController();

  async function keepWatching(): Promise<void> {
    let consecutive = 0;
    for (;;) {
      await sleep(PERIOD_MS, null, { signal: stopped.signal });
      consecutive = (await isStuck()) ? consecutive + 1 : 0;
      if (consecutive > 0 && consecutive % stuckAfter === 0 && !stopped.signal.aborted) onStuck();
    }
  }

  const watching = keepWatching().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error;
  });
  return async () => {
    stopped.abort();
    await watching;
  };
}

/** Returns false for a server that does not answer: it is slow, or it is down and the supervisor restarts it. */
async function isInterrupted(connection: Connection): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + TEMPORAL_ANSWER_MS, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
    return false;
  } catch (error) {
    return isGrpcServiceError(error) && error.details.includes('interrupted (9)');
  }
}

/** Returns false for a server that refuses connections: it is starting, or the supervisor restarts it. */
async function isSilent(client: mongo.MongoClient): Promise<boolean> {
  try {
    await client.db().command({ ping: 1 });
    return false;
  } catch (error) {
    return !messageOf(error).includes('ECONNREFUSED');
  }
}
