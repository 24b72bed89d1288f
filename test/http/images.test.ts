import { randomUUID } from 'node:crypto';
import type { ImagesPage } from '../../contract/http/images';
import type { Problem } from '../../contract/http/problem';
import { call } from '../support/api';
import { json } from '../support/calls';
import { failed, imageRecord, requestRecord, rowRecord, succeeded } from '../support/recorded';
import { UNKNOWN } from '../support/requestStage';
import { startService, type Service } from '../support/service';

/** More rows than one page examines. */
const ROWS = 6_000;
/** Every so many rows, one has two links that match. */
const EVERY = 500;
/** The first row that the first page does not examine. */
const BAD_ROW = 5_001;

/** Links of the requests below, by their lane and number. */
const GOOD = '0-0';
const GONE = '1-0';
const BUSY = '2-0';

describe('GET /image/requests/{request_id}/images with a filter', () => {
  let service: Service;
  let id: string;
  let small: string;

  /** Records a request of three images, which stand in these rows; a row without images is a bad one. */
  async function recorded(rows: readonly (readonly string[])[]): Promise<string> {
    const _id = randomUUID();
    const image = (ref: string, host: string, change: Parameters<typeof imageRecord>[2]) =>
      imageRecord(_id, ref, { url: `http://${host}/${ref}.jpg`, ...change });
    const { requests, rows: recordedRows, images } = service.records;
    await requests.create(requestRecord({ _id, rows: rows.length, lanes: [1, 1, 1] }));
    await images.insert([
      image(GOOD, 'good.example', succeeded(GOOD)),
      image(GONE, 'Gone.example:8080', failed()),
      // It waits for its next attempt.
      image(BUSY, 'busy.example', {
        attempts: 1,
        error: { code: 'http_429', message: 'Answered 429' },
        retry_at: new Date(Date.now() + 600_000),
      }),
    ]);
    const error = { code: 'no_links', message: 'The row has no link' } as const;
    await recordedRows.insert(
      rows.map((refs, index) =>
        rowRecord(_id, index + 1, refs, refs.length === 0 ? { error } : {}),
      ),
    );
    return _id;
  }

  beforeAll(async () => {
    service = await startService({ worker: false });
    id = await recorded(
      Array.from({ length: ROWS }, (_, index) => {
        const row = index + 1;
        if (row === BAD_ROW) return [];
        return row % EVERY === 0 ? [GONE, GOOD, GONE] : [GOOD];
      }),
    );
    small = await recorded([[GOOD, GONE], [], [BUSY]]);
  });
  afterAll(() => service.stop());

  const urlOf = (requestId: string, query: string) =>
    `${service.url}/image/requests/${requestId}/images?${query}`;

  /** Returns the places of all images that are listed, page by page. */
  async function pages(requestId: string, query: string) {
    const found: (readonly [row: number, position: number | null])[][] = [];
    let cursor: string | null = '1.0';
    while (cursor !== null) {
      const page: ImagesPage = await json(urlOf(requestId, `${query}&cursor=${cursor}`));
      found.push(page.images.map(({ row, position }) => [row, position]));
      cursor = page.next_cursor;
    }
    return found;
  }

  const matching = Array.from({ length: ROWS / EVERY }, (_, index) => (index + 1) * EVERY).flatMap(
    (row) => [
      [row, 1],
      [row, 3],
    ],
  );

  it.each([
    'code=not_found',
    'host=gone.example:8080',
    'status=failed&code=not_found&host=GONE.example:8080',
  ])(
    'lists each match of ?%s once and in order, also when a page ends within a row',
    async (query) => {
      const found = await pages(id, `${query}&limit=5`);
      expect(found.flat()).toEqual(matching);
      expect(Math.max(...found.map(({ length }) => length))).toBe(5);
    },
  );

  it('continues behind pages that found little or nothing', async () => {
    expect(await pages(id, 'code=no_links')).toEqual([[], [[BAD_ROW, null]]]);
  });

  it.each([
    ['code=not_found', [[1, 2]]],
    ['code=no_links', [[2, null]]],
    ['code=http_429', [[3, 1]]],
    ['code=http_429&status=failed', []],
    ['host=good.example', [[1, 1]]],
    ['host=gone.example', []],
    ['host=good.example&code=not_found', []],
    ['code=too_large', []],
    ['host=elsewhere.example', []],
  ])('of ?%s lists %j, on one page', async (query, expected) => {
    expect(await pages(small, query)).toEqual([expected]);
  });

  it.each([
    ['code=', 'code', 'Expected an error code, such as not_found'],
    ['code=Not-Found', 'code', 'Expected an error code, such as not_found'],
    [`code=${'x'.repeat(41)}`, 'code', 'Expected an error code, such as not_found'],
    ['code=a&code=b', 'code', 'Expected an error code, such as not_found'],
    ['host=', 'host', 'Expected a host, such as cdn.example.com'],
    ['host=a&host=b', 'host', 'Expected a host, such as cdn.example.com'],
    [`host=${'x'.repeat(301)}`, 'host', 'Expected at most 300 characters'],
    ['status=uploading', 'status', 'Expected pending, succeeded or failed'],
    ['limit=0', 'limit', 'Expected a whole number from 1 to 1000'],
    ['limit=1001', 'limit', 'Expected a whole number from 1 to 1000'],
    ['cursor=next', 'cursor', 'Expected the next_cursor of an earlier page, or ROW.INDEX'],
    [
      'cursor=1.0&cursor=2.0',
      'cursor',
      'Expected the next_cursor of an earlier page, or ROW.INDEX',
    ],
    ['page=2', 'page', 'Unknown field; known are status, code, host, limit, cursor'],
  ])('answers 422 to ?%s, and says what is expected', async (query, field, msg) => {
    const response = await call(urlOf(small, query));
    expect(response.status).toBe(422);
    const { detail } = (await response.json()) as Problem;
    expect(detail).toEqual([{ loc: ['query', field], msg, type: expect.any(String) as string }]);
  });

  it('is 404 for an unknown request', async () => {
    expect((await call(urlOf(UNKNOWN, 'code=not_found'))).status).toBe(404);
  });
});
