import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Look, Reader } from './found';

/** One call of an operator, and how its request stood before and after. */
export interface Call {
  readonly kind: 'retry' | 'cancel';
  readonly requestId: string;
  readonly at: number;
  readonly answeredAt: number;
  /** `null`: no answer came. */
  readonly status: number | null;
  readonly before: Look;
  readonly after: Look;
}

export interface Caller {
  readonly calls: readonly Call[];
  /** Several kinds: all at the same moment. */
  call(requestId: string, ...kinds: readonly Call['kind'][]): Promise<void>;
  /** All requests, as the API lists them; it is asked until it answers. */
  list(): Promise<Listed[]>;
}

const ANSWER_MS = 60_000;
const AGAIN_MS = 500;
const PAGE = 200;

const pageSchema = z.object({
  requests: z.array(
    z.object({
      request_id: z.string(),
      file_name: z.string(),
      status: z.string(),
      counts: z.object({ total: z.int(), succeeded: z.int() }),
    }),
  ),
  next_cursor: z.string().nullable(),
});
export type Listed = z.output<typeof pageSchema>['requests'][number];

/** Calls the API as operators do, and keeps a ledger of what they were told. */
export function createCaller(url: string, reader: Pick<Reader, 'look'>): Caller {
  const calls: Call[] = [];

  async function page(cursor: string | null): Promise<z.output<typeof pageSchema>> {
    const query = `limit=${PAGE}${cursor === null ? '' : `&cursor=${cursor}`}`;
    for (;;) {
      try {
        const signal = AbortSignal.timeout(ANSWER_MS);
        const answer = await fetch(`${url}/image/requests?${query}`, { signal });
        if (answer.ok) return pageSchema.parse(await answer.json());
      } catch (error) {
        // The API was killed; an answer that came and is another than the contract's is a fault.
        if (error instanceof z.ZodError) throw error;
      }
      await sleep(AGAIN_MS);
    }
  }

  return {
    calls,
    async call(requestId, ...kinds) {
      const before = await reader.look(requestId);
      const callOnce = async (kind: Call['kind']) => {
        const at = Date.now();
        const status = await post(`${url}/image/requests/${requestId}/${kind}`);
        const answeredAt = Date.now();
        const after = await reader.look(requestId);
        calls.push({ kind, requestId, at, answeredAt, status, before, after });
      };
      await Promise.all(kinds.map(callOnce));
    },
    async list() {
      const all: Listed[] = [];
      for (let cursor: string | null = null; ;) {
        const { requests, next_cursor } = await page(cursor);
        all.push(...requests);
        if (next_cursor === null) return all;
        cursor = next_cursor;
      }
    },
  };
}

async function post(url: string): Promise<number | null> {
  try {
    const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(ANSWER_MS) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
