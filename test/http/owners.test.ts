import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Problem } from '../../contract/http/problem';
import type { requestsPage } from '../../contract/http/requests';
import { isOpen } from '../../src/http/auth';
import { OPERATIONS } from '../support/answers';
import { call, clientOf } from '../support/api';
import { sheetOf, upload } from '../support/calls';
import { requestRecord } from '../support/recorded';
import { startService, type Service } from '../support/service';

type Page = z.output<typeof requestsPage>;

const KEYS = ['a:write:a', 'a:read:a-read', 'b:write:b', 'desk:operate:desk', 'plain'];
const SHEET = sheetOf(['http://127.0.0.1:1/1.jpg']);

/** Calls about one request, and a key of `a` that may make them. */
const CALLS = [
  ['GET', '/image/status/ID', 'a-read'],
  ['GET', '/image/result/ID', 'a-read'],
  ['GET', '/image/requests/ID', 'a-read'],
  ['GET', '/image/requests/ID/images', 'a-read'],
  ['GET', '/image/requests/ID/images/1/1', 'a-read'],
  ['GET', '/image/requests/ID/failures', 'a-read'],
  ['GET', '/image/requests/ID/events', 'a-read'],
  ['POST', '/image/requests/ID/retry', 'a'],
  ['POST', '/image/requests/ID/webhook', 'a'],
  ['POST', '/image/requests/ID/cancel', 'a'],
] as const;
const HIDDEN = 'Request ID not found';

describe('the owner of a request', () => {
  let service: Service;
  /** The request ids by key. `plain` has no name, and `old` is a record of an older version. */
  const ids: Record<string, string> = {};
  /** All of them, also those that single tests upload. */
  const uploads: Record<string, Set<string>> = {};

  const uploadAs = async (key: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await upload(service.url, SHEET, {
      headers: { 'x-api-key': key, ...headers },
    });
    expect(response.status).toBe(200);
    const { request_id: id } = (await response.json()) as { request_id: string };
    (uploads[key] ??= new Set()).add(id);
    return id;
  };
  /** Returns why nothing is found, or `null` when something is. */
  const whyNotFound = async (key: string, path: string, method = 'GET') => {
    const response = await call(service.url + path, { method, headers: { 'x-api-key': key } });
    if (response.status === 404) return ((await response.json()) as Problem).detail;
    await response.body?.cancel();
    return null;
  };
  async function listed(key: string, query = ''): Promise<string[]> {
    const headers = { 'x-api-key': key };
    const response = await call(`${service.url}/image/requests${query}`, { headers });
    const { requests, next_cursor } = (await response.json()) as Page;
    const own = requests.map(({ request_id }) => request_id);
    const rest = next_cursor === null ? [] : await listed(key, `?limit=1&cursor=${next_cursor}`);
    return [...own, ...rest];
  }

  beforeAll(async () => {
    service = await startService({ worker: false, env: { API_KEYS: KEYS.join(',') } });
    for (const key of ['a', 'b', 'desk', 'plain']) ids[key] = await uploadAs(key);
    ids['old'] = randomUUID();
    uploads['old'] = new Set([ids['old']]);
    await service.records.requests.create(requestRecord({ _id: ids['old'] }));
  });
  afterAll(() => service.stop());

  it.each([
    ['a', ['a']],
    ['a-read', ['a']],
    ['b', ['b']],
    ['desk', ['a', 'b', 'desk', 'plain', 'old']],
    ['plain', ['a', 'b', 'desk', 'plain', 'old']],
  ])('limits the list of %s to the requests of %j', async (key, owners) => {
    const expected = owners.flatMap((owner) => [...(uploads[owner] ?? [])]).sort();
    expect((await listed(key)).sort()).toEqual(expected);
    expect((await listed(key, '?limit=1')).sort()).toEqual(expected);
    expect((await listed(key, '?status=failed')).sort()).toEqual([]);
  });

  it.each(CALLS)('%s %s is 404 for the requests of others', async (method, path, key) => {
    const answer = (caller: string, owner: string) =>
      whyNotFound(caller, path.replace('ID', ids[owner] ?? ''), method);
    for (const owner of ['b', 'desk', 'plain', 'old']) {
      expect(await answer(key, owner)).toBe(HIDDEN);
    }
    expect(await answer(key, 'a')).not.toBe(HIDDEN);
    expect(await answer('desk', 'b')).not.toBe(HIDDEN);
  });

  it('is checked by every call about one request that does not need the right to operate', () => {
    const ofRequests = OPERATIONS.filter(
      ({ method, path }) => path.includes('{request_id}') && !isOpen(path) && method !== 'delete',
    );
    const shown = ofRequests.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort();
    const tried = CALLS.map(([method, path]) => `${method} ${path}`.replace('ID', '{request_id}'));
    expect(tried.map((one) => one.replace('1/1', '{row}/{position}')).sort()).toEqual(shown);
  });

  it('is not changed by an attempt of another caller to cancel it', async () => {
    const own = await uploadAs('b');
    expect(await whyNotFound('a', `/image/requests/${own}/cancel`, 'POST')).toBe(HIDDEN);
    expect((await clientOf(service.url, 'b').request(own)).status).toBe('pending');
  });

  it('has idempotency keys of its own', async () => {
    const headers = { 'idempotency-key': 'monday' };
    const first = await uploadAs('a', headers);
    const others = [await uploadAs('b', headers), await uploadAs('plain', headers)];
    expect(new Set([first, ...others]).size).toBe(3);
    expect(await uploadAs('a', headers)).toBe(first);
  });

  it('leaves idempotency keys without a name as older versions recorded them', async () => {
    const key = 'as-before';
    const id = await uploadAs('plain', { 'idempotency-key': key });
    expect(await service.records.requests.findByIdempotencyKey(key)).toMatchObject({
      _id: id,
      owner: null,
    });
  });
});
