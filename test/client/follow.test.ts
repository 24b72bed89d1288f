import { createClient } from '../../client';
import { follow } from '../../client/follow';
import type { RequestResource } from '../../contract/http/requests';
import { call } from '../support/api';
import { all, sheetOf, uploaded } from '../support/calls';
import {
  answerWith,
  cut,
  cutStream,
  hang,
  holdBody,
  startProxyStage,
  type Handle,
} from '../support/httpProxy';
import { startRequestStage, UNKNOWN } from '../support/requestStage';

const stage = startRequestStage();
const proxy = startProxyStage(() => stage.service.url);

const EVENTS = /\/events$/;
const QUICK = { reconnect: 10, poll: 10, answer: 30_000, silence: 200, unavailable: 0 };
const client = () => createClient({ url: proxy.url, retries: 0 });

function followed(id: string, pace = QUICK) {
  const events = `${proxy.url}/image/requests/${id}/events`;
  return follow(
    {
      open: async (signal) => (await call(events, { signal })).body,
      poll: (signal) => client().request(id, { signal }),
    },
    pace,
  );
}

describe('waitFor', () => {
  it('goes on when the events break off, and reports each change once', async () => {
    const id = await stage.running();
    proxy.on('GET', EVENTS, cutStream, 2);
    const seen: RequestResource[] = [];
    const request = await client().waitFor(id, {
      onChange: (change) => {
        seen.push(change);
        if (seen.length === 1) void createClient({ url: stage.service.url }).cancel(id);
      },
    });
    expect(request.status).toBe('cancelled');
    expect(seen.at(-1)).toEqual(request);
    const states = seen.map(({ status, counts }) => JSON.stringify([status, counts]));
    expect(new Set(states).size).toBe(states.length);
    expect(proxy.calls(EVENTS).length).toBeGreaterThanOrEqual(2);
  });

  it('waits while the service is unavailable', async () => {
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    const down = answerWith(503, { detail: 'Down: mongodb' });
    proxy.on('GET', EVENTS, down, 2);
    proxy.on('GET', new RegExp(`/${id}$`), down, 2);
    const interruptions: unknown[] = [];
    const onInterrupted = (error: unknown) => interruptions.push(error);
    expect((await client().waitFor(id, { onInterrupted })).status).toBe('completed');
    expect(interruptions[0]).toMatchObject({ status: 503 });
    expect(interruptions.at(-1)).toBeNull();
  });

  it('polls where a stream ends without an event', async () => {
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    proxy.on('GET', EVENTS, answerWith(200, '', { 'content-type': 'text/event-stream' }));
    expect((await client().waitFor(id)).status).toBe('completed');
    expect(proxy.calls(EVENTS)).toHaveLength(1);
  });

  it.each([403, 429, 504])('polls where a proxy answers %d for events', async (status) => {
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    proxy.on('GET', EVENTS, answerWith(status, '<h1>No</h1>'), Infinity);
    const interruptions: unknown[] = [];
    const onInterrupted = (error: unknown) => interruptions.push(error);
    expect((await client().waitFor(id, { onInterrupted })).status).toBe('completed');
    expect(proxy.calls(EVENTS)).toHaveLength(1);
    expect(interruptions).toEqual([]);
  });

  it('waits for as long as a 429 asks', async () => {
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    const tooMany = answerWith(429, { detail: 'Too many' }, { 'retry-after': '2' });
    proxy.on('GET', EVENTS, tooMany);
    proxy.on('GET', new RegExp(`/${id}$`), tooMany);
    expect((await client().waitFor(id)).status).toBe('completed');
    const [, polled, next] = proxy.calls(new RegExp(id)).map(({ at }) => at);
    expect((next ?? 0) - (polled ?? 0)).toBeGreaterThan(1_900);
  });

  it('throws for an unknown id', async () => {
    await expect(client().waitFor(UNKNOWN)).rejects.toMatchObject({ status: 404 });
  });
});

describe('follow', () => {
  it('polls where a stream stays silent', async () => {
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    proxy.on('GET', EVENTS, holdBody);
    expect((await all(followed(id))).at(-1)?.status).toBe('completed');
    expect(proxy.calls(EVENTS)).toHaveLength(1);
  });

  it.each<[string, Handle]>([
    ['never answers', hang],
    [
      'holds the events back until the last one',
      async ({ response, passOn }) => {
        const answer = await passOn();
        const body = Buffer.concat(await answer.toArray());
        response.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
      },
    ],
  ])('polls where a proxy %s', async (_, handle) => {
    const id = await stage.running();
    proxy.on('GET', EVENTS, handle);
    const states = [];
    for await (const { status } of followed(id)) {
      states.push(status);
      if (states.length === 1) await createClient({ url: stage.service.url }).cancel(id);
    }
    expect(states.at(-1)).toBe('cancelled');
    expect(proxy.calls(EVENTS)).toHaveLength(1);
  });

  it('asks for the events again after the service was down', async () => {
    const id = await stage.running();
    proxy.on('GET', EVENTS, cut);
    proxy.on('GET', new RegExp(`/${id}$`), cut);
    const first = await followed(id, { ...QUICK, unavailable: 60_000 }).next();
    expect(first.value).toMatchObject({ request_id: id });
    expect(proxy.calls(EVENTS)).toHaveLength(2);
    await stage.stopped(id);
  });

  it('reads the request again when a read gets no answer', async () => {
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    proxy.on('GET', EVENTS, cut);
    proxy.on('GET', new RegExp(`/${id}$`), hang);
    const seen = await all(followed(id, { ...QUICK, answer: 1_000, unavailable: 60_000 }));
    expect(seen.at(-1)?.status).toBe('completed');
  });

  it('throws when the service has been unavailable for too long', async () => {
    const down = answerWith(503, { detail: 'Down: mongodb' });
    proxy.on('GET', EVENTS, holdBody);
    proxy.on('GET', new RegExp(`/${UNKNOWN}$`), down, 9);
    const error = await all(followed(UNKNOWN)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 503, detail: 'Down: mongodb' });
    expect(proxy.calls(/./)).toHaveLength(2);
  });
});
