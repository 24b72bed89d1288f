import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BULK_ACTIONS } from '../../contract/actions';
import { readColumnNames } from '../../sheet/columnNames';
import { describeOperation, describePlan, planOf } from '../../web/logic/bulk';
import { shownColumns, toRecord } from '../../web/logic/columns';
import { estimateOf } from '../../web/logic/estimate';
import { keepOperations, readOperations } from '../../web/logic/operations';
import { previewFile } from '../../web/logic/preview';
import {
  isFiltered,
  NO_FILTER,
  readFilter,
  toQuery,
  writeFilter,
} from '../../web/logic/requestFilter';

describe('previewFile', () => {
  const fileOf = (content: string | Buffer, name = 'products.csv', type = 'text/csv') =>
    new File([content], name, { type });

  it('reads the sample of the repository', async () => {
    const sample = path.join(__dirname, '..', '..', 'samples', 'products.csv');
    expect(await previewFile(fileOf(readFileSync(sample)), {})).toMatchObject({
      sheet: { linkColumns: ['Input Image Urls'], estimatedLinks: 45, badRows: 0, refusal: null },
    });
  });

  it.each([
    ['another name', fileOf('Name,Image\n', 'products.xlsx')],
    ['another type', fileOf('Name,Image\n', 'products.csv', 'application/pdf')],
  ])('refuses a file with %s as the service does', async (_, file) => {
    expect(await previewFile(file, {})).toMatchObject({
      refusal: { message: 'Only CSV files are supported' },
    });
  });

  it('refuses another kind of file by its content', async () => {
    const zip = fileOf(Buffer.from('504b030400', 'hex'));
    expect(await previewFile(zip, {})).toMatchObject({
      sheet: { refusal: { message: 'Only CSV files are supported' } },
    });
  });

  it('takes the options that change how a file is read', async () => {
    const file = fileOf('Name,"Photo, large"\nMug,/m/mug.jpg\n');
    const fields = { link_columns: '"Photo, large"', base_url: 'https://shop.example/media' };
    expect(await previewFile(file, fields)).toMatchObject({
      sheet: {
        linkColumns: ['Photo, large'],
        rows: [{ links: [{ url: 'https://shop.example/media/m/mug.jpg' }], errors: [] }],
      },
    });
    expect(await previewFile(file, { ...fields, encoding: 'nonsense' })).toMatchObject({
      sheet: { refusal: { faults: [{ loc: ['body', 'encoding'] }] } },
    });
  });

  it('ignores a base URL that is not complete', async () => {
    const file = fileOf('Name,Image\nMug,http://a/1.jpg\n');
    expect(await previewFile(file, { base_url: 'https:/' })).toMatchObject({
      sheet: { refusal: null },
    });
  });

  it('refuses every bad row with strict', async () => {
    const file = fileOf('Name,Image\nMug,http://a/1.jpg\nCup,\n');
    expect(await previewFile(file, { strict: 'true' })).toMatchObject({
      sheet: { badRows: 1, refusal: { faults: [{ loc: ['body', 'file', 'row 2'] }] } },
    });
  });
});

describe('toRecord', () => {
  it('writes what the service reads as link_columns', () => {
    const names = ['Image', 'Images, other', 'The "best"', 'two\nlines'];
    expect(readColumnNames(toRecord(names))).toEqual(names);
  });
});

describe('shownColumns', () => {
  const columns = Array.from({ length: 60 }, (_, index) => `c${index}`);

  it('shows the columns with links and the first of the others, in their order', () => {
    expect(shownColumns(columns, ['c30', 'c50'])).toEqual([0, 1, 2, 3, 4, 5, 30, 50]);
  });

  it('always shows a column beside the links', () => {
    expect(shownColumns(columns, columns.slice(1))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('shows all of a few', () => {
    expect(shownColumns(['a', 'b'], ['b'])).toEqual([0, 1]);
  });
});

describe('estimateOf', () => {
  const usual = { quality: 50, format: 'keep', effort: 'balanced' } as const;

  it('grows with the quality, for every format and effort', () => {
    for (const format of ['keep', 'jpeg', 'webp', 'avif'] as const) {
      for (const effort of ['fast', 'balanced', 'small'] as const) {
        const shares = [1, 10, 40, 50, 75, 90, 100].map(
          (quality) => estimateOf({ quality, format, effort })?.most ?? 0,
        );
        expect(shares).toEqual([...shares].sort((one, other) => one - other));
        expect(Math.min(...shares)).toBeGreaterThan(0);
      }
    }
  });

  it('has the least share first, and never promises more than the original', () => {
    for (const quality of [1, 50, 100]) {
      const { least = 1, most = 0 } = estimateOf({ ...usual, quality }) ?? {};
      expect(least).toBeLessThanOrEqual(most);
      expect(most).toBeLessThanOrEqual(1);
    }
  });

  it('says what smaller files cost', () => {
    const fast = estimateOf({ ...usual, effort: 'fast' });
    const small = estimateOf({ ...usual, effort: 'small' });
    expect(small?.most).toBeLessThan(fast?.most ?? 0);
    expect(small?.perSecond).toBeLessThan(fast?.perSecond ?? 0);
  });

  it.each([0, 101, 1.5, NaN])('says nothing for the quality %s', (quality) => {
    expect(estimateOf({ ...usual, quality })).toBeNull();
  });

  it('says nothing for PNG, which photos are not made for', () => {
    expect(estimateOf({ ...usual, format: 'png' })).toBeNull();
  });
});

describe('the filter of the list', () => {
  it('is read from the address as it is written there', () => {
    const filter = {
      status: 'failed',
      q: 'mug',
      since: '2026-11-20',
      until: '2026-11-27',
    } as const;
    const query = new URLSearchParams(writeFilter(filter));
    expect(query.toString()).toBe('status=failed&q=mug&since=2026-11-20&until=2026-11-27');
    expect(readFilter(query)).toEqual(filter);
  });

  it('leaves out what is not set, and what cannot be understood', () => {
    expect(writeFilter(NO_FILTER)).toEqual({});
    expect(isFiltered(NO_FILTER)).toBe(false);
    expect(isFiltered({ ...NO_FILTER, q: ' ' })).toBe(false);
    const query = new URLSearchParams('status=lost&since=yesterday&until=2026-02-31&other=1');
    expect(readFilter(query)).toEqual(NO_FILTER);
  });

  it('includes its first and its last day', () => {
    const { since, until } = toQuery({ ...NO_FILTER, since: '2026-10-31', until: '2026-10-31' });
    expect(since).toEqual(new Date(2026, 9, 31));
    expect(until).toEqual(new Date(2026, 10, 1));
  });

  it('asks for nothing that is not set', () => {
    expect(Object.values(toQuery({ ...NO_FILTER, q: '  ' })).filter(Boolean)).toEqual([]);
  });
});

describe('a bulk operation in words', () => {
  const request = (status: 'processing' | 'failed' | 'completed' | 'cancelled', failed = 0) => ({
    status,
    counts: { total: 5, succeeded: 5 - failed, failed, pending: 0 },
    webhook: status === 'completed' ? { state: 'delivered' as const } : null,
  });
  const requests = [request('processing'), request('failed', 5), request('completed')];

  it('says before what will happen, and what will be skipped', () => {
    expect(describePlan('retry', planOf('retry', requests), 'en')).toBe(
      '1 request will be retried (5 images to download again). 2 skipped: running, or without images that ' +
        'failed. Images that succeeded stay as they are.',
    );
    expect(describePlan('delete', planOf('delete', requests), 'en')).toContain(
      '2 requests will be deleted (5 images to delete). 1 skipped',
    );
    expect(planOf('cancel', requests)).toMatchObject({ possible: 1, skipped: 2 });
    expect(planOf('redeliver', requests)).toMatchObject({ possible: 1, skipped: 2 });
  });

  it('says that there is nothing to do', () => {
    expect(describePlan('cancel', planOf('cancel', [request('completed')]), 'en')).toBe(
      'Nothing to do. 1 skipped: finished already.',
    );
  });

  const operation = { operation_id: 'x', matched: 1_200, done: 1_000, skipped: 150, failed: 50 };

  it.each(BULK_ACTIONS)('says how far it is, and what it did: %s', (action) => {
    const texts = (['running', 'completed', 'stopped', 'failed'] as const).map((status) =>
      describeOperation({ ...operation, action, status }, 'en'),
    );
    expect(new Set(texts).size).toBe(4);
    for (const text of texts)
      expect(text).toMatch(/1,200 requests.* 1,000 .*150 skipped .*50 failed\.$/);
  });

  it('leaves out what did not happen', () => {
    const all = { ...operation, done: 1_200, skipped: 0, failed: 0 };
    expect(describeOperation({ ...all, action: 'retry', status: 'completed' }, 'en')).toBe(
      'Done with 1,200 requests: 1,200 retried.',
    );
  });
});

describe('the operations that are shown', () => {
  const ids = Array.from(
    { length: 7 },
    (_, index) => `0000000${index}-0000-4000-8000-000000000000`,
  );
  function createStore() {
    const kept = new Map<string, string>();
    return {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    };
  }

  it('are kept, the newest few', () => {
    const store = createStore();
    expect(readOperations(store, 'operations')).toEqual([]);
    expect(keepOperations(store, 'operations', ids)).toEqual(ids.slice(0, 5));
    expect(readOperations(store, 'operations')).toEqual(ids.slice(0, 5));
    keepOperations(store, 'operations', []);
    expect(readOperations(store, 'operations')).toEqual([]);
  });

  it('are read without what is no id', () => {
    const store = createStore();
    store.setItem('operations', `../x ${ids[0] ?? ''}`);
    expect(readOperations(store, 'operations')).toEqual([ids[0]]);
  });
});
