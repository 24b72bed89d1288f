import type { RequestResource } from '../../contract/http/requests';
import { createServer } from 'node:http';
import Koa from 'koa';
import { eventsRoute } from '../../src/http/events';
import { createLogger } from '../../src/telemetry/logger';
import { call, clientOf } from '../support/api';
import { finished, requestOf, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { listen } from '../support/listen';
import { bytes, startOrigin, status, type Answer, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

interface Event {
  readonly name: string;
  readonly id: string;
  readonly data: RequestResource;
}

interface Stream {
  readonly response: Response;
  /** The text received so far. */
  text(): string;
  events(): Event[];
  /** Resolves when the server ends the stream. */
  readonly end: Promise<void>;
  close(): void;
}

async function open(url: string, headers: Record<string, string> = {}): Promise<Stream> {
  const controller = new AbortController();
  const response = await call(url, { headers, signal: controller.signal });
  const decoder = new TextDecoder();
  let received = '';
  const read = async () => {
    for await (const chunk of response.body ?? []) {
      received += decoder.decode(chunk as Uint8Array, { stream: true });
    }
  };
  const end = read();
  end.catch(() => undefined);
  return {
    response,
    end,
    text: () => received,
    events: () => received.split('\n\n').slice(0, -1).flatMap(eventOf),
    close: () => {
      controller.abort();
    },
  };
}

/** Parses a block of the stream. A comment yields no event. */
function eventOf(block: string): Event[] {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? '';
  if (field('data') === '') return [];
  return [
    { name: field('event'), id: field('id'), data: JSON.parse(field('data')) as RequestResource },
  ];
}

let service: Service;
let origin: Origin;
let picture: Buffer;
let paths = 0;

beforeAll(async () => {
  origin = await startOrigin();
  picture = await photo();
});
afterAll(() => origin.stop());
const on = (...answers: Answer[]) => origin.on(`/own-${(paths += 1)}`, ...answers);
const request = (...links: string[]) => uploaded(service.url, sheetOf(links));
const eventsOf = (url: string, id: string) => `${url}/image/requests/${id}/events`;
const opened = (id: string, headers = {}) => open(eventsOf(service.url, id), headers);

/** An image whose response is held until it is released. */
function held(): { link: string; release: () => void } {
  const waiting: (() => void)[] = [];
  const link = on((response) => {
    waiting.push(() => response.end(picture));
  });
  return {
    link,
    release: () => {
      for (const respond of waiting.splice(0)) respond();
    },
  };
}

describe('GET /image/requests/{request_id}/events', () => {
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('is an event stream that no proxy may cache', async () => {
    const id = await request(on(bytes(picture)));
    const stream = await opened(id);
    expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(stream.response.headers.get('cache-control')).toBe('no-cache, no-transform');
    await stream.end;
  });

  it('sends the request again at every change, and ends once it is finished', async () => {
    const [first, second] = [held(), held()];
    const id = await request(first.link, second.link);
    const stream = await opened(id);
    const details = () => stream.events().map(({ data }) => data.details);
    await eventually(
      () => origin.open(),
      (count) => count === 2,
    );
    first.release();
    await eventually(details, (seen) => seen.includes('1 of 2 images compressed, 1 to go'));
    second.release();
    await stream.end;

    const events = stream.events();
    expect(events.at(-1)?.data).toEqual(await requestOf(service.url, id));
    expect(events.at(-1)?.data.status).toBe('completed');
    expect(events.slice(0, -1).map(({ data }) => data.status)).not.toContain('completed');
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
  });

  it('sends a finished request once and ends', async () => {
    const id = await request(on(bytes(picture)));
    await finished(service.url, id);
    const stream = await opened(id);
    await stream.end;
    expect(stream.events().map(({ data }) => data.status)).toEqual(['completed']);
  });

  it('answers 204 to a client that reconnects after the last event of a finished request', async () => {
    const id = await request(on(bytes(picture)));
    await finished(service.url, id);
    const stream = await opened(id);
    await stream.end;
    const last = stream.events().at(-1)?.id ?? '';
    expect((await opened(id, { 'last-event-id': last })).response.status).toBe(204);
    expect((await opened(id, { 'last-event-id': '1.pending.0.0.1' })).response.status).toBe(200);
  });

  it('answers 404 as JSON for an unknown id', async () => {
    const { response, end, text } = await opened('00000000-0000-4000-8000-000000000000');
    await end;
    expect(response.status).toBe(404);
    expect(JSON.parse(text())).toEqual({ detail: 'Request ID not found' });
  });
});

describe('GET /image/requests/{request_id}/events, started without a worker', () => {
  beforeEach(async () => {
    service = await startService({ worker: false });
  });
  afterEach(() => service.stop());

  it('sends the request immediately, also while it is pending', async () => {
    const id = await request(on(bytes(picture)));
    const stream = await opened(id);
    const [first] = await eventually(stream.events, (events) => events.length > 0);
    expect(first?.name).toBe('request');
    expect(first?.data).toEqual(await requestOf(service.url, id));
    expect(first?.data.status).toBe('pending');
    stream.close();
  });

  it('sends the next round to a client that reconnects after a retry', async () => {
    await service.startWorker();
    const id = await request(on(status(404), bytes(picture)));
    await finished(service.url, id);
    const before = await opened(id);
    await before.end;
    await service.stopWorker();
    await clientOf(service.url).retry(id);
    const stream = await opened(id, { 'last-event-id': before.events().at(-1)?.id ?? '' });
    await service.startWorker();
    await stream.end;
    const seen = stream.events().map(({ data }) => [data.round, data.status]);
    expect(seen[0]).toEqual([2, 'pending']);
    expect(seen.at(-1)).toEqual([2, 'completed']);
  });

  it('ends when the API shuts down', async () => {
    const stream = await opened(await request(on(bytes(picture))));
    await eventually(stream.events, (events) => events.length > 0);
    service.endStreams();
    await expect(stream.end).resolves.toBeUndefined();
  });

  describe('reads the records of a request', () => {
    const reads = new Map<string, number>();
    const readsOf = (id: string) => reads.get(id) ?? 0;

    beforeEach(() => {
      reads.clear();
      const { deliveries } = service.records;
      const find = deliveries.find;
      jest.spyOn(deliveries, 'find').mockImplementation((requestId, round) => {
        reads.set(requestId, readsOf(requestId) + 1);
        return find(requestId, round);
      });
    });

    const untilRead = (id: string, times: number) =>
      eventually(
        () => readsOf(id),
        (seen) => seen >= times,
      );

    it('once for all clients that watch it', async () => {
      const watchers = 30;
      const id = await request(on(bytes(picture)));
      const streams = await Promise.all(Array.from({ length: watchers }, () => opened(id)));
      const before = readsOf(id);
      await untilRead(id, before + 3);
      expect(readsOf(id)).toBeLessThan(before + watchers);
      for (const stream of streams) stream.close();
    });

    it('until the last client disconnects', async () => {
      const [left, watched] = [
        await request(on(bytes(picture))),
        await request(on(bytes(picture))),
      ];
      const [leaving, staying] = [await opened(left), await opened(watched)];
      await untilRead(left, 2);
      leaving.close();
      await untilRead(watched, readsOf(watched) + 2);
      const before = readsOf(left);
      await untilRead(watched, readsOf(watched) + 3);
      expect(readsOf(left)).toBe(before);
      staying.close();
    });

    it('again after MongoDB was unavailable for a while', async () => {
      const id = await request(on(bytes(picture)));
      const stream = await opened(id);
      const spy = jest
        .spyOn(service.records.requests, 'find')
        .mockRejectedValue(new Error('the database is away'));
      await eventually(
        () => spy.mock.calls.length,
        (calls) => calls >= 2,
      );
      spy.mockRestore();
      await service.startWorker();
      await stream.end;
      expect(stream.events().at(-1)?.data.status).toBe('completed');
    });
  });

  it('sends comments as heartbeats while nothing changes', async () => {
    const id = await request(on(bytes(picture)));
    const { config, records, operations: requests } = service;
    const logger = createLogger('silent', 'test');
    const stopping = new AbortController().signal;
    const deps = { config, records, requests, logger, stopping };
    const route = eventsRoute(deps, { look: 10, heartbeat: 50 });
    const app = new Koa().use((ctx) => route.handle(ctx, { request_id: id }));
    // Keeps Koa from logging that the client disconnected.
    app.silent = true;
    const answer = app.callback();
    const server = createServer((incoming, response) => void answer(incoming, response));
    const { url, close } = await listen(server);
    const stream = await open(eventsOf(url, id));
    await eventually(stream.text, (text) => text.split('\n\n: ').length > 3);
    expect(stream.events()).toHaveLength(1);
    stream.close();
    await close();
  });
});
