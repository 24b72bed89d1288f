import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished } from '../contract/statuses';
import { type Reader } from './found';

/** The service removes uploads whose process died within this time. */
const ABANDONED_MS = 3 * 60_000;
/** The slowest case is an activity whose loss is only detected when its timeout ends. */
const REQUESTS_MS = 12 * 60_000;
const POLL_MS = 500;

export interface Quiescence {
  /** What had not ended in time, as sentences with ids. */
  readonly unfinished: readonly string[];
  readonly waitedMs: number;
}

/** Waits until nothing runs any more. Does not intervene. */
export async function quiesce(reader: Reader): Promise<Quiescence> {
  const started = Date.now();
  for (;;) {
    const { running, abandoned } = await open(reader);
    const waitedMs = Date.now() - started;
    const late =
      running.length > 0
        ? waitedMs > REQUESTS_MS
        : abandoned.length === 0 || waitedMs > ABANDONED_MS;
    if (late) return { unfinished: [...running, ...abandoned], waitedMs };
    await sleep(POLL_MS);
  }
}

async function open(reader: Reader): Promise<{ running: string[]; abandoned: string[] }> {
  const requests = await reader.requests();
  const isAbandoned = (state: string) => state === 'uploading' || state === 'withdrawn';
  const abandoned = requests.filter(({ state }) => isAbandoned(state));
  const processed = requests.filter(({ state }) => !isAbandoned(state) && !isFinished(state));
  const deliveries = (await reader.deliveries()).filter(({ state }) => state === 'pending');
  const runs = (await reader.runs()).filter(({ status }) => status === 'RUNNING');
  return {
    abandoned: abandoned.map(({ _id, state }) => `upload ${_id} is still ${state}`),
    running: [
      ...processed.map(({ _id, state }) => `request ${_id} is still ${state}`),
      ...deliveries.map(({ _id }) => `webhook ${_id} is still not delivered`),
      ...runs.map(({ workflowId }) => `workflow ${workflowId} still runs`),
    ],
  };
}
