import type { RequestResource } from '../../contract/http/requests';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, Refusal } from '../errors';
import { isFinished } from '../../contract/statuses';
import { createCache } from '../cache';
import type { Operations } from '../requests/operations';
import type { Logger } from '../telemetry/logger';
import type { Route } from './route';
import { problemResponse } from './responses';
import { requestIdParams } from '../../contract/http/fields';

/** In milliseconds. */
interface Pace {
  /** However many watch one request, it is looked at so often. */
  readonly look: number;
  /** Proxies take a connection that is silent for longer for dead. */
  readonly heartbeat: number;
}

const PACE: Pace = { look: 500, heartbeat: 15_000 };

export interface EventsDeps {
  readonly requests: Pick<Operations, 'show'>;
  readonly logger: Logger;
  /** Aborted when the process shuts down: streams end then. */
  readonly stopping: AbortSignal;
}

/**
 * Server-sent events, written by hand: better-sse keeps sessions into which events are pushed, and here a
 * stream is a loop that looks and writes. What is left of the protocol is three lines of text an event.
 */
export function eventsRoute({ requests, logger, stopping }: EventsDeps, pace = PACE): Route {
  const looks = createCache<RequestResource>({ keptMs: pace.look, failureKeptMs: pace.look });

  return {
    config: {
      method: 'get',
      path: '/image/requests/{request_id}/events',
      operationId: 'followRequest',
      tags: ['Requests'],
      summary: 'The request, at every change',
      description:
        'Server-sent events named `request`, whose data is the request as JSON: the first at once, then ' +
        'one at every change of status or counts; the stream ends behind the finished one. A browser that ' +
        'connects again after that is told by 204 that there is no more.',
      request: { params: requestIdParams },
      responses: {
        200: {
          description: 'A stream of events.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        204: { description: 'The client has seen the finished request already (`Last-Event-ID`).' },
        404: problemResponse('No such request.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      // Not shared: a look of before may know nothing of the retry that this client has just asked for.
      const first = await requests.show(request_id);
      if (isFinished(first.status) && ctx.get('Last-Event-ID') === eventIdOf(first)) {
        ctx.status = 204;
        return;
      }
      const closed = new AbortController();
      ctx.res.once('close', () => {
        closed.abort();
      });
      const signal = AbortSignal.any([closed.signal, stopping]);
      ctx.type = 'text/event-stream';
      ctx.set('Cache-Control', 'no-cache, no-transform');
      // nginx would gather events before it passes them on.
      ctx.set('X-Accel-Buffering', 'no');
      ctx.body = Readable.from(watch(first, signal), { objectMode: false });
    },
  };

  async function* watch(first: RequestResource, signal: AbortSignal): AsyncGenerator<string> {
    let seen = first;
    let silentSince = Date.now();
    yield eventOf(first);
    while (!isFinished(seen.status) && (await pause(pace.look, signal))) {
      const view = await lookAgain(seen);
      if (view === 'gone') return;
      if (view !== null && isNews(view, seen)) {
        seen = view;
        silentSince = Date.now();
        yield eventOf(view);
      } else if (Date.now() - silentSince >= pace.heartbeat) {
        silentSince = Date.now();
        yield ': alive\n\n';
      }
    }
  }

  /** @returns `null` when it cannot be seen just now */
  async function lookAgain({
    request_id,
  }: RequestResource): Promise<RequestResource | 'gone' | null> {
    try {
      return await looks(request_id, () => requests.show(request_id));
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not_found') return 'gone';
      logger.debug({ request_id, reason: messageOf(error) }, 'An event stream sees nothing');
      return null;
    }
  }
}

/** A look that began before a retry may come late. */
function isNews(view: RequestResource, seen: RequestResource): boolean {
  if (view.round !== seen.round) return view.round > seen.round;
  return eventIdOf(view) !== eventIdOf(seen);
}

/** Browsers hand it back as `Last-Event-ID`: the same state has the same. */
function eventIdOf({ round, status, counts }: RequestResource): string {
  return [round, status, counts.succeeded, counts.failed, counts.pending].join('.');
}

function eventOf(view: RequestResource): string {
  return `id: ${eventIdOf(view)}\nevent: request\ndata: ${JSON.stringify(view)}\n\n`;
}

/** @returns false when the stream is to end */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
