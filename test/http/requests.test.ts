import type { z } from 'zod';
import type { requestsPage } from '../../contract/http/requests';
import { call, clientOf } from '../support/api';
import { finished, json, requestOf, sheetOf, uploaded } from '../support/calls';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

type Page = z.output<typeof requestsPage>;

describe('GET /image/requests', () => {
  let service: Service;
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
    origin.on('/a.jpg', bytes(await photo()));
  });
  afterAll(() => origin.stop());
  beforeEach(async () => {
    service = await startService({ worker: false });
  });
  afterEach(() => service.stop());

  const list = (query = '') => json<Page>(`${service.url}/image/requests${query}`);
  const idsOf = ({ requests }: Page) => requests.map(({ request_id }) => request_id);
  const uploadOne = (path = '/a.jpg') => uploaded(service.url, sheetOf([`${origin.url}${path}`]));

  async function uploadMany(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) ids.push(await uploadOne());
    return ids;
  }

  async function pages(query: string): Promise<string[][]> {
    const found: string[][] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await list(cursor === null ? query : `${query}&cursor=${cursor}`);
      found.push(idsOf(page));
      cursor = page.next_cursor;
    } while (cursor !== null);
    return found;
  }

  it('is empty before the first upload', async () => {
    expect(await list()).toEqual({ requests: [], next_cursor: null });
  });

  it('lists the newest request first', async () => {
    const ids = await uploadMany(3);
    expect(await list('/')).toMatchObject({ next_cursor: null });
    expect(idsOf(await list())).toEqual(ids.reverse());
  });

  it('shows a finished request like GET /image/requests/{request_id}', async () => {
    await service.startWorker();
    const id = await uploadOne();
    await finished(service.url, id);
    const { requests } = await list();
    expect(requests).toEqual([await requestOf(service.url, id)]);
  });

  it('shows the webhook of each request', async () => {
    const webhookUrl = `${origin.url}/hook`;
    const id = await uploaded(service.url, sheetOf([`${origin.url}/a.jpg`]), {
      fields: { webhook_url: webhookUrl },
    });
    const plain = await uploadOne();
    const { requests } = await list();
    expect(requests.map(({ request_id, webhook }) => [request_id, webhook])).toMatchObject([
      [plain, null],
      [id, { id: `${id}.1`, url: webhookUrl, state: 'waiting' }],
    ]);
  });

  it('shows pending requests from the records, without querying workflows', async () => {
    const id = await uploadOne();
    expect((await list()).requests).toMatchObject([
      { request_id: id, status: 'pending', details: '0 of 1 image compressed, 1 to go' },
    ]);
  });

  it('pages by cursor without gaps or repetitions', async () => {
    const newest = (await uploadMany(5)).reverse();
    expect(await pages('?limit=2')).toEqual([newest.slice(0, 2), newest.slice(2, 4), [newest[4]]]);
  });

  it('continues from the cursor when new requests arrive between pages', async () => {
    const newest = (await uploadMany(3)).reverse();
    const first = await list('?limit=2');
    await uploadOne();
    const second = await list(`?limit=2&cursor=${first.next_cursor}`);
    expect([...idsOf(first), ...idsOf(second)]).toEqual(newest);
  });

  it('orders requests of the same millisecond by id', async () => {
    const ids = await uploadMany(4);
    const model = await service.records.requests.find(ids[0] ?? '');
    for (const id of ids.slice(1)) {
      const record = await service.records.requests.find(id);
      if (record === null || model === null) throw new Error('Expected the request, found none');
      await service.records.requests.remove(id);
      await service.records.requests.create({ ...record, created_at: model.created_at });
    }
    const found = (await pages('?limit=1')).flat();
    expect(found).toEqual([...ids].sort().reverse());
  });

  it('filters by status', async () => {
    await service.startWorker();
    const done = await uploadOne();
    const failed = await uploadOne('/gone.jpg');
    for (const id of [done, failed]) await finished(service.url, id);
    await service.stopWorker();
    const open = await uploadOne();
    expect(idsOf(await list('?status=completed'))).toEqual([done]);
    expect(idsOf(await list('?status=failed'))).toEqual([failed]);
    expect(idsOf(await list('?status=pending'))).toEqual([open]);
    expect(idsOf(await list('?status=cancelled'))).toEqual([]);
    expect(idsOf(await list())).toEqual([open, failed, done]);
  });

  it('filters by the time of the upload', async () => {
    const ids = await uploadMany(3);
    const times: string[] = [];
    for (const id of ids)
      times.push(encodeURIComponent((await requestOf(service.url, id)).created_at));
    expect(idsOf(await list(`?since=${times[1]}`))).toEqual([ids[2], ids[1]]);
    expect(idsOf(await list(`?until=${times[1]}`))).toEqual([ids[0]]);
    expect(idsOf(await list(`?since=${times[1]}&until=${times[2]}`))).toEqual([ids[1]]);
  });

  describe('with q', () => {
    const named = (name: string) =>
      uploaded(service.url, sheetOf([`${origin.url}/a.jpg`]), { name });
    const search = async (q: string, rest = '') =>
      idsOf(await list(`?q=${encodeURIComponent(q)}${rest}`));

    it('finds the beginning of an id, in any case, and no other part of it', async () => {
      const [id = '', other = ''] = await uploadMany(2);
      expect(await search(id)).toEqual([id]);
      expect(await search(id.slice(0, 13).toUpperCase())).toEqual([id]);
      expect(await search(id.slice(9))).toEqual([]);
      expect(await search(other.slice(0, 18))).toEqual([other]);
    });

    it('finds a part of the file name, in any case, also beyond ASCII', async () => {
      const summer = await named('Größen Sommer-2026.csv');
      const winter = await named('GRÖSSEN WINTER.csv');
      expect(await search('sommer-20')).toEqual([summer]);
      expect(await search('GRÖ')).toEqual([winter, summer]);
      expect(await search('grö')).toEqual([winter, summer]);
      expect(await search('Winter')).toEqual([winter]);
      expect(await search('grö.*sommer')).toEqual([]);
    });

    it.each(['a.b', '(x', '[y', '$', '^', 'a+b', '|', '{2}', '*?', '-', '#', "'"])(
      'reads %s as text',
      async (q) => {
        await named('aXbb.csv');
        const id = await named(`0 ${q} 1.csv`);
        expect(await search(q)).toEqual([id]);
        expect(await search(`${q}${q}`)).toEqual([]);
        expect(await search(`${q}\\`)).toEqual([]);
      },
    );

    it('pages through what it finds', async () => {
      const ids: string[] = [];
      for (const name of ['red 1.csv', 'blue.csv', 'red 2.csv', 'Red 3.csv'])
        ids.push(await named(name));
      expect(await pages('?q=RED&limit=2')).toEqual([[ids[3], ids[2]], [ids[0]]]);
      expect(await search('red', '&status=completed')).toEqual([]);
    });
  });

  it('omits deleted requests', async () => {
    await service.startWorker();
    const id = await uploadOne();
    await finished(service.url, id);
    await clientOf(service.url).remove(id);
    expect(await list()).toEqual({ requests: [], next_cursor: null });
  });
});

describe('GET /image/requests with an invalid query', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ worker: false });
  });
  afterAll(() => service.stop());

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['status=uploading', 'status'],
    ['status=failed&status=completed', 'status'],
    ['cursor=', 'cursor'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${Buffer.from('1 2').toString('base64url')}`, 'cursor'],
    ['q=', 'q'],
    ['q=%00', 'q'],
    [`q=${'x'.repeat(201)}`, 'q'],
    ['q=a&q=b', 'q'],
    ['since=today', 'since'],
    ['page=2', 'page'],
  ])('answers 422 to ?%s', async (query, field) => {
    const response = await call(`${service.url}/image/requests?${query}`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ detail: [{ loc: ['query', field] }] });
  });
});
