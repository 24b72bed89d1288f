import { createServer } from 'node:http';
import { UNKNOWN } from './requestStage';
import { call, clientOf, takeFaults } from './api';
import { listen, type Listener } from './listen';
import { bytes, type Answer } from './origin';

const STATUS = { request_id: UNKNOWN, status: 'pending', details: '0 of 1 image compressed' };
const REQUEST = {
  ...STATUS,
  file_name: 'products.csv',
  counts: { total: 1, succeeded: 0, failed: 0, pending: 1 },
  bytes: { in: 0, out: 0 },
  options: {
    quality: 50,
    format: 'keep',
    effort: 'balanced',
    max_width: null,
    max_height: null,
    base_url: null,
    output: 'append',
  },
  sheet: {
    columns: [],
    link_columns: [],
    delimiter: ',',
    encoding: 'utf-8',
    rows: 1,
    warnings: [],
  },
  round: 1,
  created_at: '2026-01-31T08:00:00.000Z',
  started_at: null,
  finished_at: null,
  webhook: null,
  links: {
    self: '',
    status: '',
    images: '',
    events: '',
    result: null,
    failed: null,
    temporal: null,
  },
};
const DETAIL = { detail: 'No' };
const RETRY_AFTER = { 'retry-after': '5' };
const RATE_LIMIT = {
  'ratelimit-limit': '600',
  'ratelimit-remaining': '599',
  'ratelimit-reset': '60',
};

/** How the server answers the next calls. */
let answer: Answer;
let service: Listener;
beforeAll(async () => {
  service = await listen(
    createServer((request, response) => {
      request.resume();
      // A kept connection could be closing when the next test uses it.
      answer(response.setHeader('connection', 'close'), request);
    }),
  );
});
afterAll(() => service.close());

const plain =
  (status: number, headers = {}, body = ''): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body);
const json = (status: number, body: unknown, headers = {}) =>
  plain(
    status,
    { 'content-type': 'application/json; charset=utf-8', ...headers },
    JSON.stringify(body),
  );
const event = (data: unknown, name = 'request') =>
  `id: 1\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const events = (...blocks: readonly string[]) =>
  bytes(blocks.join(''), { 'content-type': 'text/event-stream' });

const get = (path: string, method = 'GET') => call(service.url + path, { method });
const readEvents = async () => (await get(`/image/requests/${UNKNOWN}/events`)).text();

/** Returns the message of the fault, which is also kept for the end of the test. */
async function fault(answered: Promise<unknown>): Promise<string> {
  const error: unknown = await answered.then(
    () => null,
    (reason: unknown) => reason,
  );
  const [kept, ...others] = takeFaults();
  expect([error, others]).toEqual([kept, []]);
  return kept?.message ?? 'none';
}

const PATH = `/image/status/${UNKNOWN}`;
const IMAGE = {
  'content-type': 'image/avif',
  'accept-ranges': 'bytes',
  etag: '"a"',
  'last-modified': 'Thu, 26 Nov 2026 00:00:00 GMT',
};

describe('call accepts', () => {
  it.each<[string, Answer, string, string]>([
    ['a documented answer', json(200, STATUS), PATH, 'GET'],
    ['a documented error', json(404, DETAIL), PATH, 'GET'],
    ['401 without a key', json(401, DETAIL, { 'www-authenticate': 'Bearer' }), PATH, 'GET'],
    ['503 while MongoDB is down', json(503, DETAIL, RETRY_AFTER), PATH, 'GET'],
    ['405 for a method that the path lacks', json(405, DETAIL, { allow: 'GET' }), PATH, 'PUT'],
    ['404 for an unknown path', json(404, DETAIL), '/nowhere', 'GET'],
    ['an image of any type', plain(200, IMAGE), '/image/files/a/b', 'GET'],
    ['an answer to HEAD', plain(200, IMAGE), '/image/files/a/b', 'HEAD'],
    ['an answer without a body', plain(204, RATE_LIMIT), `/image/requests/${UNKNOWN}`, 'DELETE'],
  ])('%s', async (_, given, path, method) => {
    answer = given;
    await expect(get(path, method)).resolves.toBeInstanceOf(Response);
  });

  it('events, and comments between them', async () => {
    answer = events(event(REQUEST), ': alive\n\n', event(REQUEST));
    expect((await readEvents()).split('\n\n')).toHaveLength(4);
  });
});

describe('call rejects', () => {
  it.each<[string, Answer, string, string, string]>([
    [
      'an undocumented status',
      json(418, DETAIL),
      PATH,
      'GET',
      'answered 418, which is undocumented',
    ],
    ['an internal error', json(500, DETAIL), PATH, 'GET', 'answered 500'],
    [
      'an additional field',
      json(200, { ...STATUS, more: 1 }),
      PATH,
      'GET',
      'undocumented fields: more',
    ],
    ['a missing field', json(200, { ...STATUS, status: undefined }), PATH, 'GET', 'status'],
    ['an undocumented value', json(200, { ...STATUS, status: 'uploading' }), PATH, 'GET', 'status'],
    [
      'an additional field in an error',
      json(404, { detail: [{ loc: ['a'], msg: '', type: '', input: 1 }] }),
      PATH,
      'GET',
      'undocumented fields: detail.0.input',
    ],
    ['an error with another schema', json(404, { error: 'No' }), PATH, 'GET', 'detail'],
    ['an error that is not JSON', plain(404, {}, 'No'), PATH, 'GET', 'as no type'],
    [
      'invalid JSON',
      plain(200, { 'content-type': 'application/json' }, '{'),
      PATH,
      'GET',
      'no JSON',
    ],
    [
      'another content type',
      plain(200, { 'content-type': 'text/html' }),
      PATH,
      'GET',
      'as text/html',
    ],
    ['a missing header', json(503, DETAIL), PATH, 'GET', 'without its header Retry-After'],
    ['401 without WWW-Authenticate', json(401, DETAIL), '/nowhere', 'GET', 'WWW-Authenticate'],
    ['401 from an open path', json(401, DETAIL), '/health/live', 'GET', '401'],
    ['405 without Allow', json(405, DETAIL), PATH, 'PUT', 'Allow'],
    ['405 for a method that the path has', json(405, DETAIL, { allow: 'PUT' }), PATH, 'GET', '405'],
    ['200 for an unknown path', json(200, {}), '/nowhere', 'GET', '200'],
    [
      'the response of a parameterized path for a literal path',
      json(200, REQUEST),
      '/image/requests/retry',
      'GET',
      '200',
    ],
    [
      'a bulk operation without Operation-Id',
      json(202, { retried: 0, skipped: 0 }),
      '/image/requests/retry',
      'POST',
      'Operation-Id',
    ],
  ])('%s', async (_, given, path, method, message) => {
    answer = given;
    expect(await fault(get(path, method))).toContain(message);
  });

  it.each([
    ['an event with another name', event(REQUEST, 'message'), 'another event'],
    ['an event without data', 'id: 1\nevent: request\n\n', 'another event'],
    [
      'an event with an additional field',
      event({ ...REQUEST, more: 1 }),
      'undocumented fields: more',
    ],
    ['an event with an undocumented value', event({ ...REQUEST, round: 'one' }), 'round'],
  ])('%s after a valid one', async (_, block, message) => {
    answer = events(event(REQUEST), block);
    expect(await fault(readEvents())).toContain(message);
  });

  it('an invalid response to the typed client', async () => {
    answer = json(200, { ...STATUS, more: 1 });
    expect(await fault(clientOf(service.url).status(UNKNOWN))).toContain(
      'undocumented fields: more',
    );
  });

  it('an invalid event to the typed client, which polls from then on', async () => {
    const finished = { ...REQUEST, status: 'completed' };
    answer = (response, request) => {
      const isPoll = !request.url?.endsWith('/events');
      const given = isPoll ? json(200, finished) : events(event({ ...REQUEST, more: 1 }));
      given(response, request);
    };
    expect(await clientOf(service.url).waitFor(UNKNOWN)).toMatchObject({ status: 'completed' });
    const [kept, ...others] = takeFaults();
    expect(kept?.message).toContain('undocumented fields: more');
    expect(others).toEqual([]);
  });
});
