import { randomUUID } from 'node:crypto';
import { adviceFor } from '../../contract/advice';
import type { Client } from '../../client';
import { call, clientOf } from '../support/api';
import { all, sheet, sheetOf } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { failed, imageRecord, requestRecord } from '../support/recorded';
import { UNKNOWN } from '../support/requestStage';
import { startService, type Service } from '../support/service';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('GET /image/requests/{request_id}/failures', () => {
  let service: Service;
  let origin: Origin;
  let other: Origin;
  /** Cools down after its first answer. */
  let busy: Origin;
  let id: string;
  let host: string;
  const client = (): Client => clientOf(service.url, 'key-of-a');

  beforeAll(async () => {
    [origin, other, busy] = await Promise.all([startOrigin(), startOrigin(), startOrigin()]);
    service = await startService({ env: { API_KEYS: 'a:write:key-of-a,b:write:key-of-b' } });
    ({ host } = new URL(origin.url));
    const gone = origin.on('/gone.jpg', status(404));
    const secret = origin.on('/secret.jpg', status(403));
    origin.on('/a.jpg', bytes(await photo()));
    id = await processed(sheet(`1,A,"${gone}, ${secret}"`, `2,B,${gone}`, '3,C,'));
  });
  afterAll(async () => {
    await service.stop();
    await Promise.all([origin, other, busy].map((one) => one.stop()));
  });

  const upload = (csv: string): Promise<string> =>
    client().upload(new Blob([csv], { type: 'text/csv' }), { name: 'products.csv' });

  async function processed(csv: string): Promise<string> {
    const requestId = await upload(csv);
    await client().waitFor(requestId);
    return requestId;
  }

  /** Returns the code, host and count of each group. */
  async function groupsOf(requestId: string) {
    const { groups } = await client().failures(requestId);
    return groups.map((group) => [group.code, group.host, group.count]);
  }

  it('groups by code and host, the most frequent first, and counts a link wherever it stands', async () => {
    const { groups } = await client().failures(id);
    expect(groups.map(({ code, host, count }) => [code, host, count])).toEqual([
      ['not_found', host, 2],
      ['http_403', host, 1],
      ['no_links', null, 1],
    ]);
    expect(groups.map(({ example_url }) => example_url)).toEqual([
      `${origin.url}/gone.jpg`,
      `${origin.url}/secret.jpg`,
      null,
    ]);
  });

  it('orders groups of equal counts by code, then by host, whatever the order of the rows', async () => {
    const hosts = [origin, other].map(({ url }) => new URL(url).host).sort();
    const links = [origin, other].flatMap((one) => [
      one.on('/none.jpg', status(404)),
      one.on('/closed.jpg', status(403)),
    ]);
    const expected = ['http_403', 'not_found'].flatMap((code) =>
      hosts.map((one) => [code, one, 1]),
    );
    for (const order of [links, [...links].reverse()]) {
      expect(await groupsOf(await processed(sheetOf(...order.map((link) => [link]))))).toEqual(
        expected,
      );
    }
  });

  it('gathers all but the 100 most frequent groups in a last one', async () => {
    // These addresses are private, so that the links fail without a connection.
    const link = (n: number) => `http://10.0.0.${n}/1.jpg`;
    const once = upTo(103).map((n) => [link(n + 100)]);
    const requestId = await processed(sheetOf(...once, [link(1), link(2)], [link(1)], [link(2)]));
    const { groups } = await client().failures(requestId);
    expect(groups).toHaveLength(101);
    expect(groups.slice(0, 2).map(({ host, count }) => [host, count])).toEqual([
      ['10.0.0.1', 2],
      ['10.0.0.2', 2],
    ]);
    expect(groups.at(-1)).toEqual({
      code: 'other',
      host: null,
      count: 5,
      message: 'Failures of less frequent codes and hosts than the 100 above',
      example_url: link(198),
      advice: adviceFor('other'),
    });
  });

  it('counts every failure once, however many hosts there are', async () => {
    const requestId = randomUUID();
    const hosts = 4_500;
    await service.records.requests.create(
      requestRecord({
        _id: requestId,
        owner: 'a',
        state: 'failed',
        lanes: [hosts],
        counts: { total: hosts, succeeded: 0, failed: hosts, pending: 0 },
      }),
    );
    await service.records.images.insert(
      upTo(hosts).map((n) =>
        imageRecord(requestId, `0-${n}`, { ...failed(), url: `http://host-${n}.example/1.jpg` }),
      ),
    );
    const { groups } = await client().failures(requestId);
    expect(groups).toHaveLength(101);
    expect(groups.at(-1)).toMatchObject({ code: 'other', count: hosts - 100 });
  });

  it('counts no image that waits for its next attempt, and none that was cancelled before it', async () => {
    const waiting = busy.on('/1.jpg', status(429, { 'retry-after': '600' }));
    const requestId = await upload(sheetOf([`${origin.url}/gone.jpg`, waiting]));
    const errorsOf = async () => {
      const images = await all(client().images(requestId));
      return images.map(({ status: state, error }) => [state, error?.code]);
    };
    await eventually(errorsOf, (errors) => errors.every(([, code]) => code !== undefined));
    expect(await errorsOf()).toEqual([
      ['failed', 'not_found'],
      ['pending', 'http_429'],
    ]);
    expect(await groupsOf(requestId)).toEqual([['not_found', host, 1]]);
    await client().cancel(requestId);
    expect((await client().waitFor(requestId)).counts).toMatchObject({ failed: 1, pending: 1 });
    expect(await groupsOf(requestId)).toEqual([['not_found', host, 1]]);
  });

  it('is empty when nothing has failed', async () => {
    expect(await groupsOf(await processed(sheetOf([`${origin.url}/a.jpg`])))).toEqual([]);
  });

  it('leads to the images of a group by its code and host', async () => {
    const ofHost = await all(client().images(id, { host: host.toUpperCase() }));
    expect(ofHost).toHaveLength(3);
    const gone = await all(client().images(id, { status: 'failed', code: 'not_found', host }));
    expect(gone.map(({ row }) => row)).toEqual([1, 2]);
    expect(await all(client().images(id, { code: 'no_links' }))).toMatchObject([{ row: 3 }]);
  });

  it.each([
    ['200 to the owner', 200, { 'x-api-key': 'key-of-a' }],
    ['404 to the key of another owner', 404, { 'x-api-key': 'key-of-b' }],
    ['401 without a key', 401, {}],
  ])('answers %s', async (_, expected, headers) => {
    const url = `${service.url}/image/requests/${id}/failures`;
    const response = await call(url, { headers: new Headers(headers) });
    await response.body?.cancel();
    expect(response.status).toBe(expected);
  });

  it('is 404 for an unknown request', async () => {
    await expect(client().failures(UNKNOWN)).rejects.toMatchObject({ status: 404 });
  });
});
