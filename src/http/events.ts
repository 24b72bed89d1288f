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

/** OpenAPI 3.1 has no keyword for the items of a stream; tools read the schema as that of each event. */
const EVENT = {
  type: 'object' as const,
  properties: {
    id: { type: 'string' as const, description: 'Comes back as `Last-Event-ID`.' },
    event: { const: 'request' },
    data: {
      type: 'string' as const,
      contentMediaType: 'application/json',
      description: 'The request.',
    },
  },
  required: ['id', 'event', 'data'],
};

/** In milliseconds. */
interface Pace {
  /** How often a request is read, however many clients watch it. */
  readonly look: number;
  /** How often a silent stream sends a comment: proxies close idle connections. */
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
 * Streams server-sent events without a library: better-sse pushes events into sessions, while a stream here is
 * one loop that reads and writes. The protocol needs three lines of text per event.
 */
export function eventsRoute({ requests, logger, stopping }: EventsDeps, pace = PACE): Route {
  const looks = createCache<RequestResource>({ keptMs: pace.look, failureKeptMs: pace.look });

  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/image/requests/{request_id}/events',
      operationId: 'followRequest',
      tags: ['Requests'],
      summary: 'Follow a request by server-sent events',
      description:
        'Events named `request` whose data is the request as JSON: one at once, then one at every change ' +
        'of status or counts. The stream ends after the finished request. A browser that reconnects ' +
        'after that gets 204, which ends its attempts.',
      request: { params: requestIdParams },
      responses: {
        200: {
          description: 'A stream of events. The schema is that of each event.',
          content: { 'text/event-stream': { schema: EVENT } },
        },
        204: { description: 'The client has seen the finished request already (`Last-Event-ID`).' },
        404: problemResponse('No such request.'),
      },
    },
    async handle(ctx, { request_id = '' }) {
      // Not from the cache: a cached answer may be older than the retry that this client just asked for.
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
      // Without this, nginx buffers events.
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

  /** @returns `null` when it cannot be read at the moment */
  async function lookAgain({
    request_id,
  }: RequestResource): Promise<RequestResource | 'gone' | null> {
    try {
      return await looks(request_id, () => requests.show(request_id));
    } catch (error) {
      if (error instanceof Refusal && error.code === 'not_found') return 'gone';
      logger.debug(
        { request_id, reason: messageOf(error) },
        'Event stream could not read the request',
      );
      return null;
    }
  }
}

/** A read that began before a retry may return after it. */
function isNews(view: RequestResource, seen: RequestResource): boolean {
  if (view.round !== seen.round) return view.round > seen.round;
  return eventIdOf(view) !== eventIdOf(seen);
}

/** Browsers send it back as `Last-Event-ID`; the same state has the same id. */
function eventIdOf({ round, status, counts }: RequestResource): string {
  return [round, status, counts.succeeded, counts.failed, counts.pending].join('.');
}

function eventOf(view: RequestResource): string {
  return `id: ${eventIdOf(view)}\nevent: request\ndata: ${JSON.stringify(view)}\n\n`;
}

/** @returns false when the stream must end */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
