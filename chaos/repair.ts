import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './calls';
import { isGood } from './evidence';
import { isFinished } from '../contract/statuses';
import { type Reader } from './found';
import type { Origin } from './origin';
import type { Uploads } from './uploads';

interface RepairOptions {
  readonly caller: Caller;
  readonly reader: Pick<Reader, 'snapshot'>;
  readonly origin: Pick<Origin, 'repair'>;
  readonly uploads: Pick<Uploads, 'all'>;
}

/** The service may take a minute or two to reconcile a retry whose process died. */
const REPAIR_MS = 12 * 60_000;
const POLL_MS = 500;

/**
 * Repairs the origin, and retries every request that is cancelled or in which an available picture is missing, until
 * there is none. Permanent failures (bad rows, links without a picture) remain.
 *
 * @returns the requests that did not get there in time
 */
export async function repairAll(options: RepairOptions): Promise<string[]> {
  const { caller, reader, origin, uploads } = options;
  for (const { sheet } of uploads.all) origin.repair(sheet.number);
  const deadline = Date.now() + REPAIR_MS;
  const done = new Set<string>();
  for (;;) {
    const requests = (await caller.list()).filter(({ request_id }) => !done.has(request_id));
    for (const { request_id: id, status } of requests) {
      if (!isFinished(status)) continue;
      const { state, undone } = await reader.snapshot(id);
      const needsRetry = state === 'cancelled' || undone?.some(({ url }) => isGood(url)) === true;
      if (needsRetry) await caller.call(id, 'retry');
      else if (undone !== null) done.add(id);
    }
    if (requests.every(({ request_id }) => done.has(request_id))) return [];
    if (Date.now() > deadline) {
      return requests.map(
        ({ request_id }) => `request ${request_id} did not succeed in time, in spite of retries`,
      );
    }
    await sleep(POLL_MS);
  }
}
