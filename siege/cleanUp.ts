import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, createClient, type Client } from '../client';
import type { RequestResource } from '../contract/http/requests';
import { isFinished } from '../contract/statuses';

const PAUSE_MS = 1_000;
const AT_ONCE = 8;

/**
 * Cancels and deletes all requests that the caller sees.
 *
 * @returns the statuses of those that are left when the time is over
 */
export async function cleanUp(url: string, key: string, ms: number): Promise<string[]> {
  const client = createClient({ url, key, retries: 0 });
  const deadline = performance.now() + ms;
  for (;;) {
    const all: RequestResource[] = [];
    for await (const request of client.requests()) all.push(request);
    const left: string[] = [];
    const next = all.values();
    const work = async () => {
      for (const { request_id: id, status } of next) {
        const isGone = await endOne(client, id, isFinished(status));
        if (!isGone) left.push(status);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(PAUSE_MS);
  }
}

async function endOne(client: Client, id: string, isOver: boolean): Promise<boolean> {
  try {
    if (isOver) await client.remove(id);
    else await client.cancel(id);
    return isOver;
  } catch (error) {
    // It has changed in the meantime, or the service is busy: the next pass tries again.
    if (error instanceof ApiError) return error.status === 404;
    throw error;
  }
}
