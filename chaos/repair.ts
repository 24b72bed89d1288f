import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from './calls';
import { isGood } from './evidence';
import { isFinished } from '../contract/statuses';
import { type Reader } from './found';
import type { Origin } from './origin';
import type { Uploads } from './uploads';

interface MendOptions {
  readonly caller: Caller;
  readonly reader: Pick<Reader, 'look'>;
  readonly origin: Pick<Origin, 'repair'>;
  readonly uploads: Pick<Uploads, 'all'>;
}

/** A retry whose process died waits a minute or two for the service to find it. */
const MENDED_MS = 12 * 60_000;
const POLL_MS = 500;

/**
 * Repairs the origin, and retries every request until none is cancelled, and no image is left undone that leads
 * to a picture. What fails for good (bad rows, links to nothing) is left as it is.
 *
 * @returns the requests that could not be brought so far in time
 */
export async function repairAll(options: MendOptions): Promise<string[]> {
  const { caller, reader, origin, uploads } = options;
  for (const { sheet } of uploads.all) origin.repair(sheet.number);
  const deadline = Date.now() + MENDED_MS;
  const done = new Set<string>();
  for (;;) {
    const requests = (await caller.list()).filter(({ request_id }) => !done.has(request_id));
    for (const { request_id: id, status } of requests) {
      if (!isFinished(status)) continue;
      const { state, undone } = await reader.look(id);
      const isToDo = state === 'cancelled' || undone?.some(({ url }) => isGood(url)) === true;
      if (isToDo) await caller.call(id, 'retry');
      else if (undone !== null) done.add(id);
    }
    if (requests.every(({ request_id }) => done.has(request_id))) return [];
    if (Date.now() > deadline) {
      return requests.map(
        ({ request_id }) => `request ${request_id} could not be brought to its end`,
      );
    }
    await sleep(POLL_MS);
  }
}
