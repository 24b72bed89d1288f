import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, createClient, type Client } from '../client';
import { isFinished } from '../contract/statuses';

export const VICTIM_IMAGES = 20;

const POLL_MS = 50;
/** Much longer than any request may take. */
const PATIENCE_MS = 120_000;

export interface Round {
  /** Until the answer with the request id. */
  readonly uploadMs: number;
  /** Until the request is finished. */
  readonly finishedMs: number;
  readonly succeeded: number;
}

export interface Victim {
  /** Uploads a request of small images, and waits until it is finished. Every round has links of its own. */
  round(): Promise<Round>;
  /** Answers of 500 and above so far that were not a 503 with `Retry-After`. */
  readonly faults: readonly string[];
  /** How often an upload was refused for now, and repeated after the time that the answer named. */
  readonly refusals: () => number;
}

export function createVictim(url: string, key: string, originUrl: string): Victim {
  const client = createClient({ url, key, retries: 0 });
  const faults: string[] = [];
  let rounds = 0;
  let refusals = 0;

  /** Repeats a call that the service refuses for now. */
  async function insist<T>(call: () => Promise<T>, deadline: number): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const { status, retryAfter } = error;
        const isRefusal = (status === 503 || status === 429) && retryAfter !== null;
        if (status >= 500 && !isRefusal) faults.push(error.message);
        if (!isRefusal || performance.now() > deadline) throw error;
        refusals += 1;
        await sleep(retryAfter * 1000);
      }
    }
  }

  return {
    faults,
    refusals: () => refusals,
    async round() {
      rounds += 1;
      const sheet = sheetOf(`${originUrl}/${rounds}`);
      const started = performance.now();
      const deadline = started + PATIENCE_MS;
      const id = await insist(() => client.upload(sheet, { name: 'victim.csv' }), deadline);
      const uploadMs = performance.now() - started;
      const succeeded = await finish(client, id, (call) => insist(call, deadline), deadline);
      return { uploadMs, finishedMs: performance.now() - started, succeeded };
    },
  };
}

/** @returns the number of images that succeeded by the time that the request is finished, or by the deadline */
async function finish(
  client: Client,
  id: string,
  insist: <T>(call: () => Promise<T>) => Promise<T>,
  deadline: number,
): Promise<number> {
  for (;;) {
    const { status, counts } = await insist(() => client.request(id));
    if (isFinished(status) || performance.now() > deadline) return counts.succeeded;
    await sleep(POLL_MS);
  }
}

function sheetOf(folderUrl: string): Blob {
  const rows = Array.from(
    { length: VICTIM_IMAGES },
    (_, index) => `${index + 1},Product ${index + 1},${folderUrl}/${index}.jpg`,
  );
  return new Blob([['S. No.,Product Name,Input Image Urls', ...rows, ''].join('\n')]);
}
