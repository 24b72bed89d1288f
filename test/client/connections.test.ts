import {
  ApiError,
  ConnectionError,
  createClient,
  type ClientOptions,
  type Fault,
} from '../../client';
import { all, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import {
  answerWith,
  cut,
  cutBody,
  cutUpload,
  hang,
  passAnswer,
  startProxyStage,
  type Handle,
} from '../support/httpProxy';
import { closedPort } from '../support/listen';
import { startRequestStage, UNKNOWN } from '../support/requestStage';

const stage = startRequestStage();
const proxy = startProxyStage(() => stage.service.url);

const client = (options: Partial<ClientOptions> = {}) =>
  createClient({ url: proxy.url, ...options });
const csv = () => new Blob([sheetOf([stage.link('/a.jpg')])], { type: 'text/csv' });
const name = 'products.csv';
const UPLOAD = /^\/image\/upload\//;
const STATUS = /^\/image\/status\//;
const FAULTS: readonly Fault[] = [{ loc: ['body', 1], msg: 'm', type: 't' }];
const unavailable = (headers: Readonly<Record<string, string>> = {}) =>
  answerWith(503, { detail: 'Down: mongodb' }, headers);

describe('an upload whose', () => {
  it.each<[string, Handle]>([
    ['answer is lost', cut],
    ['connection breaks', cutUpload],
    ['answer is 503', unavailable({ 'retry-after': '0' })],
  ])('%s is sent again under the same key, and there is one request', async (_, handle) => {
    proxy.on('POST', UPLOAD, handle);
    const before = await stage.service.count();
    const progress: [number, number][] = [];
    const id = await client().upload(csv(), {
      name,
      onProgress: (sent, total) => progress.push([sent, total]),
    });
    expect(await stage.service.count()).toMatchObject({
      requests: (before.requests ?? 0) + 1,
    });
    expect((await client().request(id)).request_id).toBe(id);
    const keys = proxy.calls(UPLOAD).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
    const [sent, total] = progress.at(-1) ?? [0, -1];
    expect(sent).toBe(total);
  });

  it('second file is the same gets a key of its own', async () => {
    const first = await client().upload(csv(), { name });
    expect(await client().upload(csv(), { name })).not.toBe(first);
  });
});

describe('a call', () => {
  it('is repeated after the pause that a 503 asks for', async () => {
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    proxy.on('GET', STATUS, unavailable({ 'retry-after': '1' }));
    expect((await client().status(id)).request_id).toBe(id);
    const [first, second] = proxy.calls(STATUS).map(({ at }) => at);
    // Without `Retry-After`, the first pause is at most half a second.
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(900);
  });

  it.each([
    ['more than a minute', '3600', 3600],
    ['a date in an hour', new Date(Date.now() + 3_600_000).toUTCString(), 3600],
  ])('is not repeated when a 503 asks for %s', async (_, given, seconds) => {
    proxy.on('GET', STATUS, unavailable({ 'retry-after': given }));
    const error = await errorOf(client().status(UNKNOWN));
    expect(error).toMatchObject({ name: 'ApiError', status: 503, detail: 'Down: mongodb' });
    expect(Math.abs(((error as ApiError).retryAfter ?? 0) - seconds)).toBeLessThan(600);
    expect(proxy.calls(STATUS)).toHaveLength(1);
  });

  it('is repeated no more often than the option says', async () => {
    proxy.on('GET', STATUS, cut, 9);
    const error = await errorOf(client({ retries: 2 }).status(UNKNOWN));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(proxy.calls(STATUS)).toHaveLength(3);
  });

  it('is repeated when the answer breaks off', async () => {
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    proxy.on('GET', STATUS, cutBody);
    expect((await client().status(id)).request_id).toBe(id);
    expect(proxy.calls(STATUS)).toHaveLength(2);
  });

  it('to a port where nothing listens throws a ConnectionError with its reason', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const error = await errorOf(createClient({ url, retries: 0 }).status(UNKNOWN));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ message: expect.stringContaining('ECONNREFUSED') as string });
  });

  it('that a proxy before the service answers has no detail', async () => {
    proxy.on('GET', STATUS, answerWith(502, '<h1>Bad gateway</h1>'));
    const error = await errorOf(client({ retries: 0 }).status(UNKNOWN));
    expect(error).toEqual(new ApiError(502, null, null));
  });

  it.each([
    ['a sentence', 'Down'],
    ['a list of faults', FAULTS],
  ])('whose error detail is %s keeps it', async (_, detail) => {
    proxy.on('GET', STATUS, answerWith(400, { detail }));
    expect(await errorOf(client().status(UNKNOWN))).toMatchObject({ detail });
  });

  it.each([
    ['a number', 1],
    ['a list of faults without places', [{ msg: 'm', type: 't' }]],
    ['missing', undefined],
  ])('whose error detail is %s has none', async (_, detail) => {
    proxy.on('GET', STATUS, answerWith(400, { detail }));
    expect(await errorOf(client().status(UNKNOWN))).toMatchObject({ detail: null });
  });
});

describe('a call that must not be done twice', () => {
  it('is not repeated after a lost answer', async () => {
    const id = await stage.failed();
    proxy.on('POST', /\/retry$/, cut);
    expect(await errorOf(client().retry(id))).toBeInstanceOf(ConnectionError);
    expect(proxy.calls(/\/retry$/)).toHaveLength(1);
    expect((await client().waitFor(id)).round).toBe(2);
  });

  it('is repeated after 429, which comes before any effect', async () => {
    const id = await stage.failed();
    proxy.on('POST', /\/retry$/, answerWith(429, { detail: 'Too many' }, { 'retry-after': '0' }));
    expect((await client().retry(id)).request_id).toBe(id);
    expect(proxy.calls(/\/retry$/)).toHaveLength(2);
  });
});

describe('remove', () => {
  it('succeeds when the answer of a deletion was lost', async () => {
    const id = await stage.failed();
    proxy.on('DELETE', new RegExp(id), cut);
    await client().remove(id);
    expect(proxy.calls(new RegExp(id))).toHaveLength(2);
    expect(await errorOf(client().request(id))).toMatchObject({ status: 404 });
  });

  it('throws for an unknown id', async () => {
    expect(await errorOf(client().remove(UNKNOWN))).toMatchObject({ status: 404 });
  });

  it('throws for an unknown id also after 429', async () => {
    proxy.on('DELETE', new RegExp(UNKNOWN), answerWith(429, {}, { 'retry-after': '0' }));
    expect(await errorOf(client().remove(UNKNOWN))).toMatchObject({ status: 404 });
  });
});

describe('an aborted signal', () => {
  it.each<[string, Handle]>([
    ['during a pause', unavailable({ 'retry-after': '60' })],
    ['while an answer is awaited', hang],
  ])('stops a call %s', async (_, handle) => {
    proxy.on('GET', STATUS, handle, 9);
    const controller = new AbortController();
    const reason = new Error('enough');
    const stopped = errorOf(client().status(UNKNOWN, { signal: controller.signal }));
    await eventually(
      () => proxy.calls(STATUS).length,
      (count) => count === 1,
    );
    controller.abort(reason);
    expect(await stopped).toBe(reason);
    expect(proxy.calls(STATUS)).toHaveLength(1);
  });

  it('stops an upload', async () => {
    proxy.on('POST', UPLOAD, hang);
    const controller = new AbortController();
    const onProgress = () => {
      controller.abort();
    };
    const { signal } = controller;
    expect(await errorOf(client().upload(csv(), { name, signal, onProgress }))).toMatchObject({
      name: 'AbortError',
    });
  });

  it('stops before the first call', async () => {
    const signal = AbortSignal.abort();
    expect(await errorOf(all(client().requests({ signal })))).toMatchObject({ name: 'AbortError' });
    expect(proxy.calls(/./)).toHaveLength(0);
  });
});

describe('an error that is no lost connection', () => {
  const mistake = new TypeError('x is not a function');
  const fail = () => {
    throw mistake;
  };

  it('of the URL is thrown at once', () => {
    for (const url of ['', '/shop', 'localhost:8000', 'shop'])
      expect(() => createClient({ url })).toThrow('Expected the http or https URL of the service');
  });

  it('of the key is thrown by the call', async () => {
    expect(await errorOf(client({ key: 'ключ' }).status(UNKNOWN))).toMatchObject({
      name: 'TypeError',
    });
    expect(proxy.calls(/./)).toHaveLength(0);
  });

  it('of onError ends the call', async () => {
    proxy.on('GET', STATUS, unavailable());
    expect(await errorOf(client({ onError: fail }).status(UNKNOWN))).toBe(mistake);
    expect(proxy.calls(/./)).toHaveLength(1);
  });

  it.each([0, 4])('of onProgress ends the upload, with %d retries', async (retries) => {
    const upload = client({ retries }).upload(csv(), { name, onProgress: fail });
    expect(await errorOf(upload)).toBe(mistake);
    expect(proxy.calls(/./).length).toBeLessThanOrEqual(1);
  });

  it('of an answer that is no object is thrown by the upload', async () => {
    proxy.on('POST', UPLOAD, answerWith(200, 'null'));
    expect(await errorOf(client().upload(csv(), { name }))).toMatchObject({
      message: expect.stringContaining('request_id') as string,
    });
    expect(proxy.calls(/./)).toHaveLength(1);
  });
});

it('onRetry is called with each error before the call is repeated', async () => {
  proxy.on('GET', STATUS, cut);
  proxy.on('GET', STATUS, unavailable());
  const seen: unknown[] = [];
  await errorOf(client({ onRetry: (error) => seen.push(error) }).status(UNKNOWN));
  expect(seen).toEqual([
    expect.objectContaining({ status: 503 }),
    expect.any(ConnectionError) as unknown,
  ]);
});

describe('an id', () => {
  it.each(['', '.', '..'])('that is "%s" is refused', async (id) => {
    for (const call of [client().request(id), client().remove(id), client().waitFor(id)])
      expect(await errorOf(call)).toMatchObject({ message: `Expected an id, received "${id}"` });
    expect(proxy.calls(/./)).toHaveLength(0);
  });

  it('leads to no other path', async () => {
    expect(await errorOf(client().request('a/../b?c'))).toBeInstanceOf(ApiError);
    expect(proxy.calls(/./).map(({ path }) => path)).toEqual(['/image/requests/a%2F..%2Fb%3Fc']);
  });
});

describe('a list', () => {
  /** The service then returns pages of one entry. */
  const oneEach: Handle = ({ incoming, response, passOn }) =>
    passAnswer(response, passOn((incoming.url ?? '').replace(/limit=\d+/, 'limit=1')));

  it('is read page by page', async () => {
    const id = await uploaded(
      stage.service.url,
      sheetOf([stage.link('/a.jpg'), stage.link('/b.png')], [stage.link('/a.jpg')]),
    );
    await client().waitFor(id);
    proxy.on('GET', /\/images\?/, oneEach, 9);
    const images = await all(client().images(id));
    expect(images.map(({ row, position }) => [row, position])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
    expect(proxy.calls(/\/images\?/).length).toBeGreaterThanOrEqual(3);
    proxy.on('GET', /\/image\/requests\?/, oneEach, 1_000);
    const ids = (await all(client().requests())).map(({ request_id }) => request_id);
    expect(ids[0]).toBe(id);
    expect(new Set(ids).size).toBe((await stage.service.count()).requests);
  });

  it('is asked for with its filters', async () => {
    const page = answerWith(200, { requests: [], images: [], next_cursor: null });
    const [since, until] = [new Date(0), new Date(86_400_000)];
    proxy.on('GET', /./, page, 2);
    await all(client().requests({ status: 'failed', q: 'a & b', since, until }));
    await all(client().images(UNKNOWN, { status: 'failed', code: 'timeout', host: 'h.example' }));
    expect(proxy.calls(/./).map(({ path }) => path)).toEqual([
      '/image/requests?limit=200&status=failed&q=a+%26+b' +
        '&since=1970-01-01T00%3A00%3A00.000Z&until=1970-01-02T00%3A00%3A00.000Z',
      `/image/requests/${UNKNOWN}/images?limit=1000&status=failed&code=timeout&host=h.example`,
    ]);
  });

  it('of images waits for rows that are not recorded yet, without asking all the time', async () => {
    await stage.service.stopWorker();
    const id = await uploaded(stage.service.url, sheetOf([stage.link('/a.jpg')]));
    const listing = all(client().images(id));
    await eventually(
      () => proxy.calls(/\/images\?/).length,
      (count) => count === 3,
    );
    await stage.service.startWorker();
    expect((await listing).map(({ row }) => row)).toEqual([1]);
    // A call takes milliseconds; the start of the worker and the recording take seconds.
    expect(proxy.calls(/\/images\?/).length).toBeLessThan(100);
  });
});

describe('health', () => {
  it('says that the service is ready', async () => {
    expect(await client().health()).toEqual({ isReady: true, detail: null });
  });

  it('says what is down, at once', async () => {
    proxy.on('GET', /^\/health\/ready/, unavailable({ 'retry-after': '5' }), 9);
    expect(await client().health()).toEqual({ isReady: false, detail: 'Down: mongodb' });
    expect(proxy.calls(/./)).toHaveLength(1);
  });
});

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('Expected an error, received none');
}
