import type { RequestResource } from '../contract/http/requests';
import { isFinished } from '../contract/statuses';
import { ConnectionError } from './errors';
import { readEvents, within } from './events';
import { askedPauseOf, isUnavailable } from './retry';
import { sleep } from './sleep';

/** In milliseconds. */
export interface Pace {
  /** Pause before the events are asked for again after the stream broke off. */
  readonly reconnect: number;
  /** Pause between two reads of the request where events do not arrive. */
  readonly poll: number;
  /** A read of the request that has no answer for this long is given up: the connection may be dead without notice. */
  readonly answer: number;
  /** A stream that does not open, or brings no byte, for this long is given up. The service sends a comment every 15 s. */
  readonly silence: number;
  /** How long the service may be unavailable without interruption. */
  readonly unavailable: number;
}

const PACE: Pace = {
  reconnect: 1_000,
  poll: 2_000,
  answer: 30_000,
  silence: 45_000,
  unavailable: 300_000,
};

export interface FollowOptions {
  /** Opens the stream of events. */
  readonly open: (signal: AbortSignal) => Promise<ReadableStream<Uint8Array> | null>;
  readonly poll: (signal: AbortSignal) => Promise<RequestResource>;
  readonly signal?: AbortSignal | undefined;
  /** Called with the error whenever the service does not answer, and with `null` when it answers again. */
  readonly onInterrupted?: ((error: unknown) => void) | undefined;
}

/**
 * Yields a request at once and at every change, until it is finished. Reconnects when the stream breaks off, and polls
 * where a stream does not open or brings no event, as behind a proxy that holds events back.
 *
 * @throws the error of the last attempt when the service has been unavailable for five minutes; every other error at once
 */
export async function* follow(
  { open, poll, signal, onInterrupted }: FollowOptions,
  pace = PACE,
): AsyncGenerator<RequestResource, void> {
  let seen: string | null = null;
  const events = { doArrive: true };
  let unavailableSince: number | null = null;

  /** Returns whether events arrived. Never throws: whether the service is down, the next read of the request says. */
  async function* stream(): AsyncGenerator<RequestResource, boolean> {
    const closed = new AbortController();
    let haveArrived = false;
    try {
      const body = await within(pace.silence, open(either(closed.signal, signal)));
      if (body === null) return false;
      for await (const request of readEvents(body, pace.silence)) {
        haveArrived = true;
        yield request;
      }
      return haveArrived;
    } catch {
      return haveArrived;
    } finally {
      closed.abort();
    }
  }

  /** @throws ConnectionError also when no answer comes in time */
  async function read(): Promise<RequestResource> {
    const closed = new AbortController();
    try {
      const request = await within(pace.answer, poll(either(closed.signal, signal)));
      if (request !== null) return request;
      throw new ConnectionError(`The service did not answer within ${pace.answer / 1000} s`);
    } finally {
      closed.abort();
    }
  }

  /** Where the stream breaks off, the request is read once, so that every change arrives though no stream lasts. */
  async function* look(): AsyncGenerator<RequestResource, void> {
    const haveArrived = events.doArrive && (yield* stream());
    yield await read();
    // Only now: a service that is down brings no events either.
    events.doArrive = haveArrived;
  }

  for (;;) {
    let pause = 0;
    try {
      for await (const request of look()) {
        if (unavailableSince !== null) onInterrupted?.(null);
        unavailableSince = null;
        const state = stateOf(request);
        if (state !== seen) yield request;
        seen = state;
        if (isFinished(request.status)) return;
      }
    } catch (error) {
      unavailableSince ??= Date.now();
      const isOver = Date.now() - unavailableSince >= pace.unavailable;
      if (isOver || signal?.aborted === true || !isUnavailable(error)) throw error;
      onInterrupted?.(error);
      pause = askedPauseOf(error);
    }
    await sleep(Math.max(pause, events.doArrive ? pace.reconnect : pace.poll), signal);
  }
}

function either(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

/** Returns what a change changes: after a reconnection the service sends the last state again. */
function stateOf({ round, status, counts }: RequestResource): string {
  return JSON.stringify([round, status, counts]);
}
