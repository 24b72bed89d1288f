import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createClient } from '../client';
import { requestResource, type RequestResource } from '../contract/http/requests';
import type { Snapshot, Reader } from './found';

/** One call of an operator, with the state of its request before and after. */
export interface Call {
  readonly kind: 'retry' | 'cancel';
  readonly requestId: string;
  readonly at: number;
  readonly answeredAt: number;
  /** `null` when there was no answer. */
  readonly status: number | null;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

export interface Caller {
  readonly calls: readonly Call[];
  /** Makes one call of each kind, all at the same moment. */
  call(requestId: string, ...kinds: readonly Call['kind'][]): Promise<void>;
  /** Lists all requests by the API. Retries until it answers. */
  list(): Promise<RequestResource[]>;
}

const ANSWER_MS = 60_000;
const POLL_MS = 500;

/** Calls the API as operators do, and keeps a ledger of the answers. */
export function createCaller(url: string, reader: Pick<Reader, 'snapshot'>): Caller {
  const calls: Call[] = [];

  const client = createClient({ url });

  async function list(): Promise<RequestResource[]> {
    for (;;) {
      try {
        const all: RequestResource[] = [];
        const signal = AbortSignal.timeout(ANSWER_MS);
        for await (const request of client.requests({ signal })) {
          all.push(requestResource.parse(request));
        }
        return all;
      } catch (error) {
        // The API was killed. An answer that does not match the contract is an error.
        if (error instanceof z.ZodError) throw error;
      }
      await sleep(POLL_MS);
    }
  }

  return {
    calls,
    async call(requestId, ...kinds) {
      const before = await reader.snapshot(requestId);
      const callOnce = async (kind: Call['kind']) => {
        const at = Date.now();
        const status = await post(`${url}/image/requests/${requestId}/${kind}`);
        const answeredAt = Date.now();
        const after = await reader.snapshot(requestId);
        calls.push({ kind, requestId, at, answeredAt, status, before, after });
      };
      await Promise.all(kinds.map(callOnce));
    },
    list,
  };
}

/** The ledger keeps the raw status, which the typed client does not return. */
async function post(url: string): Promise<number | null> {
  try {
    const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(ANSWER_MS) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
