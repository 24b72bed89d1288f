import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestResource } from '../contract/http/requests';
import type { Caller } from './calls';
import { isFinished } from '../contract/statuses';
import type { Origin } from './origin';
import { between, pick, pickWeighted, type Random } from './random';
import type { Uploads } from './uploads';

export interface Operators {
  /** Makes no further call. Resolves when the calls in progress have ended; rejects when one could not be made. */
  stop(): Promise<void>;
}

interface OperatorsOptions {
  /** One for each operator. */
  readonly randoms: readonly Random[];
  readonly caller: Caller;
  readonly origin: Pick<Origin, 'repair'>;
  readonly uploads: Pick<Uploads, 'all'>;
}

const GAP_MS = [2000, 10_000] as const;
/**
 * The weight of each kind of action. `retry twice` and `both` are two calls at the same moment. `in vain` picks any
 * request, so that most of these calls must be refused.
 */
const ACTS = { cancel: 2, retry: 5, 'retry twice': 2, both: 1, 'in vain': 1 } as const;
/** The share of retries that prefer cancelled requests. Otherwise most of the work would remain cancelled. */
const CANCELLED_SHARE = 0.6;
/** The share of retries before which the origin is repaired. */
const REPAIRED_SHARE = 0.5;

const isRunning = (request: RequestResource) => !isFinished(request.status);
const canBeRetried = (request: RequestResource) =>
  isFinished(request.status) && request.counts.succeeded < request.counts.total;

/** Starts operators that independently cancel running requests and retry failed ones, until they are stopped. */
export function startOperators(options: OperatorsOptions): Operators {
  const { randoms, caller, origin, uploads } = options;
  const stopped = new AbortController();

  async function work(random: Random): Promise<void> {
    for (;;) {
      await sleep(between(random, ...GAP_MS), undefined, { signal: stopped.signal });
      const requests = await caller.list();
      stopped.signal.throwIfAborted();
      await act(random, requests);
    }
  }

  async function act(random: Random, requests: readonly RequestResource[]): Promise<void> {
    const what = pickWeighted(random, ACTS);
    const suits = what === 'cancel' ? isRunning : what === 'in vain' ? () => true : canBeRetried;
    const suitable = requests.filter(suits);
    const cancelled = suitable.filter(({ status }) => status === 'cancelled');
    const isPreferred = cancelled.length > 0 && random() < CANCELLED_SHARE;
    const [first, ...others] = isPreferred ? cancelled : suitable;
    if (first === undefined) return;
    const { request_id: id, file_name: name } = pick(random, [first, ...others]);
    if (what === 'cancel') return caller.call(id, 'cancel');
    if (what === 'in vain') return caller.call(id, pick(random, ['retry', 'cancel']));
    if (random() < REPAIRED_SHARE) repair(name);
    const second = { retry: [], 'retry twice': ['retry'], both: ['cancel'] } as const;
    await caller.call(id, 'retry', ...second[what]);
  }

  function repair(name: string): void {
    const upload = uploads.all.find(({ sheet }) => sheet.name === name);
    if (upload !== undefined) origin.repair(upload.sheet.number);
  }

  const all = randoms.map((random) =>
    work(random).catch((error: unknown) => {
      if (!stopped.signal.aborted) throw error;
    }),
  );
  // `stop` awaits them; until then a rejection must not be unhandled.
  for (const one of all) one.catch(() => undefined);
  return {
    async stop() {
      stopped.abort();
      await Promise.all(all);
    },
  };
}
