import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished } from '../contract/statuses';
import { type Reader } from './found';

/** Uploads whose process died are removed by the service within this time. */
const LEFTOVERS_MS = 3 * 60_000;
/** The slowest that is waited for: an activity that is only missed when its timeout ends. */
const REQUESTS_MS = 12 * 60_000;
const POLL_MS = 500;

export interface Quiescence {
  /** What was not over in time, by id. */
  readonly unfinished: readonly string[];
  readonly waitedMs: number;
}

/** Waits until nothing runs any more, without helping. */
export async function quiesce(reader: Reader): Promise<Quiescence> {
  const started = Date.now();
  for (;;) {
    const { running, abandoned } = await open(reader);
    const waitedMs = Date.now() - started;
    const late =
      running.length > 0
        ? waitedMs > REQUESTS_MS
        : abandoned.length === 0 || waitedMs > LEFTOVERS_MS;
    if (late) return { unfinished: [...running, ...abandoned], waitedMs };
    await sleep(POLL_MS);
  }
}

async function open(reader: Reader): Promise<{ running: string[]; abandoned: string[] }> {
  const requests = await reader.requests();
  const isLeftover = (state: string) => state === 'uploading' || state === 'withdrawn';
  const abandoned = requests.filter(({ state }) => isLeftover(state));
  const processed = requests.filter(({ state }) => !isLeftover(state) && !isFinished(state));
  const deliveries = (await reader.deliveries()).filter(({ state }) => state === 'pending');
  const runs = (await reader.runs()).filter(({ status }) => status === 'RUNNING');
  return {
    abandoned: abandoned.map(({ _id, state }) => `upload ${_id} is left ${state}`),
    running: [
      ...processed.map(({ _id, state }) => `request ${_id} is still ${state}`),
      ...deliveries.map(({ _id }) => `webhook ${_id} is still to be delivered`),
      ...runs.map(({ workflowId }) => `workflow ${workflowId} still runs`),
    ],
  };
}
