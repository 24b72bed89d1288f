import type { FailureGroup } from '../../contract/http/failures';
import type { TimelineEntry } from '../../contract/http/images';
import { expectedOf, hostsOf, readFilter, writeFilter } from '../../web/logic/imageFilter';
import { layoutOf } from '../../web/logic/imageLayout';
import { hostOf, nameOf, originalUrlOf, thumbnailOf } from '../../web/logic/imageNames';
import { findNext, findPrevious, type ReadPage } from '../../web/logic/neighbours';
import { formatMs, stepsOf } from '../../web/logic/timeline';
import { imageResource } from '../support/imageResource';

const group = (code: string, host: string | null, count: number): FailureGroup => ({
  code,
  host,
  count,
  message: 'Answered 404',
  example_url: null,
  advice: 'Correct the link.',
});

const GROUPS = [
  group('not_found', 'one.example', 5),
  group('timeout', 'two.example', 3),
  group('not_found', 'two.example', 2),
  group('no_links', null, 1),
];
const COUNTS = { total: 100, succeeded: 80, failed: 11, pending: 9 };

describe('the filter of a list of images', () => {
  it('is what the address says, and the other way round', () => {
    const query = '?status=failed&code=not_found&host=one.example';
    const filter = { status: 'failed', code: 'not_found', host: 'one.example' } as const;
    expect(readFilter(query)).toEqual(filter);
    expect(writeFilter(filter)).toBe(query);
    expect(writeFilter({})).toBe('');
  });

  it('ignores a status and a code that there cannot be, and empty values', () => {
    expect(writeFilter(readFilter('?status=lost&code=Not%20found&host=%20&page=3'))).toBe('');
  });

  it('knows how many images match when counts tell', () => {
    expect(expectedOf({}, COUNTS, GROUPS)).toEqual({ count: 100, isExact: true });
    expect(expectedOf({ status: 'pending' }, COUNTS, GROUPS)).toEqual({ count: 9, isExact: true });
  });

  it.each([
    [{ code: 'not_found' }, 7],
    [{ status: 'failed', host: 'two.example' }, 5],
    [{ code: 'not_found', host: 'two.example' }, 2],
    // Those that are no failures, or that no group is known of, are only found by reading.
    [{ host: 'two.example' }, null],
    [{ status: 'succeeded', host: 'two.example' }, null],
    [{ code: 'http_403' }, null],
  ] as const)('estimates how many match %j', (filter, count) => {
    expect(expectedOf(filter, COUNTS, GROUPS)).toEqual({ count, isExact: false });
  });

  it('offers the hosts of the chosen code', () => {
    expect(hostsOf(GROUPS)).toEqual(['one.example', 'two.example']);
    expect(hostsOf(GROUPS, 'timeout')).toEqual(['two.example']);
  });
});

describe('the layout of images', () => {
  it('is a table with columns where there is room, and a grid of as many cards as fit', () => {
    expect(layoutOf('table', 1_000)).toMatchObject({ columns: 1, isNarrow: false });
    expect(layoutOf('table', 300)).toMatchObject({ columns: 1, isNarrow: true });
    expect(layoutOf('grid', 300).columns).toBe(2);
    expect(layoutOf('grid', 1_000).columns).toBe(6);
    expect(layoutOf('grid', 0).columns).toBe(1);
  });
});

describe('the names of images', () => {
  it.each([
    ['https://shop.example/a/red%20mug.jpg?v=2', 'red mug.jpg'],
    ['http://shop.example/', 'shop.example'],
    ['https://shop.example/100%.jpg', '100%.jpg'],
    ['s3://bucket/folder/mug.jpg', 'mug.jpg'],
    ['side.jpg', 'side.jpg'],
    ['', ''],
  ])('of %j is %j', (source, name) => {
    expect(nameOf(source)).toBe(name);
  });

  it.each([
    ['https://shop.example/a.jpg', 'https://shop.example/a.jpg', 'shop.example'],
    ['//shop.example/a.jpg', 'https://shop.example/a.jpg', 'shop.example'],
    ['www.shop.example/a.jpg', 'https://www.shop.example/a.jpg', 'www.shop.example'],
    ['s3://bucket/a.jpg', null, null],
    ['javascript:alert(1)', null, null],
    ['data:image/png;base64,…', null, null],
  ])('open %j at %j', (source, url, host) => {
    expect(originalUrlOf(source)).toBe(url);
    expect(hostOf(source)).toBe(host);
  });

  it.each([
    'http://127.0.0.1:8000/image/files/ID/0-1-abc.jpg',
    'https://cdn.example/prefix/files/ID/0-1-abc.jpg',
    'https://bucket.example/files/ID/0-1-abc.jpg?X-Amz-Signature=1',
  ])('give the thumbnail of %j, wherever it is stored', (url) => {
    expect(thumbnailOf('/shop', 'ID', url)).toBe('/shop/image/files/ID/0-1-abc.jpg?width=160');
  });
});

describe('the images beside one', () => {
  const image = (row: number, position: number | null) => imageResource({ row, position });
  const IMAGES = [image(1, 1), image(1, 2), image(3, null), image(4, 1), image(9_000, 1)];

  /** Looks at 1,000 rows in one call, as the service does with a filter. */
  const read: ReadPage = async (cursor) => {
    const [row = 0, index = 0] = cursor.split('.').map(Number);
    const end = row + 1_000;
    const images = IMAGES.filter(
      (one) => one.row < end && (one.row > row || (one.row === row && (one.position ?? 1) > index)),
    );
    return Promise.resolve({ images, next_cursor: end > 10_000 ? null : `${end}.0` });
  };

  it('are those before and behind it in the list, bad rows too, however far', async () => {
    for (const [index, place] of IMAGES.entries()) {
      expect(await findNext(read, place)).toEqual(IMAGES[index + 1] ?? null);
      expect(await findPrevious(read, place)).toEqual(IMAGES[index - 1] ?? null);
    }
  });
});

describe('the steps of a timeline', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const NO_RESULT = { bytes_in: null, bytes_out: null, width: null, height: null, format: null };

  it('are compared with the longest', () => {
    const steps = stepsOf(
      [
        { event: 'queued', at, ms: null, detail: null },
        { event: 'downloaded', at, ms: 400, detail: null },
        { event: 'compressed', at, ms: 100, detail: null },
      ],
      NO_RESULT,
    );
    expect(steps.map(({ share }) => share)).toEqual([null, 1, 0.25]);
    expect(stepsOf([], NO_RESULT)).toEqual([]);
  });

  it('tell the date once for all that happened on one day', () => {
    const ofDay = (day: number, minute: number): TimelineEntry => ({
      event: 'retried',
      at: new Date(2026, 2, day, 14, minute).toISOString(),
      ms: null,
      detail: null,
    });
    const steps = stepsOf([ofDay(10, 30), ofDay(10, 31), ofDay(11, 31)], NO_RESULT, 'en-GB');
    expect(steps.map(({ shownAt }) => shownAt)).toEqual([
      '10 Mar 2026, 14:30:00',
      '14:31:00',
      '11 Mar 2026, 14:31:00',
    ]);
  });

  it('tell sizes in the locale of the reader, and everything else in the words of the service', () => {
    const timeline: TimelineEntry[] = [
      { event: 'retried', at, ms: null, detail: 'Attempt 1 failed: http_503' },
      { event: 'downloaded', at, ms: 400, detail: '288880 bytes' },
      { event: 'compressed', at, ms: 100, detail: '24680 bytes, 1200×900, webp' },
      { event: 'stored', at, ms: 2, detail: null },
    ];
    const result = {
      bytes_in: 288_880,
      bytes_out: 24_680,
      width: 1200,
      height: 900,
      format: 'webp',
    } as const;
    expect(stepsOf(timeline, result, 'de').map(({ detail }) => detail)).toEqual([
      'Attempt 1 failed: http_503',
      '289 kB',
      '24,7 kB, 1.200 × 900 pixels, webp',
      null,
    ]);
  });

  it.each([
    [0, '0 ms'],
    [340, '340 ms'],
    [1_250, '1.25 sec'],
    [210_000, '3.5 min'],
  ])('took %d milliseconds: %s', (ms, text) => {
    expect(formatMs(ms, 'en')).toBe(text);
  });
});
