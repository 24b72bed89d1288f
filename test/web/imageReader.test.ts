import type { ImageResource, ImagesPage } from '../../contract/http/images';
import { createChunks, imagesIn, lengthOf, type Span } from '../../web/logic/imageChunks';
import { createImageReader, type ImageReader, type Images } from '../../web/logic/imageReader';
import { eventually } from '../support/eventually';
import { imageResource } from '../support/imageResource';

const PAGE = 200;
const PAUSE_MS = 20;

const imageAt = (row: number, attempts = 1): ImageResource =>
  imageResource({
    row,
    source_url: `http://shop.example/${row}.jpg`,
    status: 'succeeded',
    attempts,
  });

/** A reader of a file with one image in each row, whose service can be changed by the test. */
function createStage(rows: number, given: { readonly count?: number | null } = {}) {
  const service = {
    calls: [] as string[],
    /** Up to this row. */
    recorded: rows,
    attempts: 1,
    matches: (row: number): boolean => row > 0,
    fault: null as Error | null,
  };
  let images: Images = createChunks(rows, rows, {
    count: given.count === undefined ? rows : given.count,
    isExact: given.count !== null,
  });
  const errors: unknown[] = [];

  async function read(cursor: string): Promise<ImagesPage> {
    service.calls.push(cursor);
    await Promise.resolve();
    if (service.fault !== null) throw service.fault;
    const found: ImageResource[] = [];
    let row = Number(cursor.split('.')[0]);
    for (; row <= service.recorded; row += 1) {
      if (found.length === PAGE) return { images: found, next_cursor: `${row}.0` };
      if (service.matches(row)) found.push(imageAt(row, service.attempts));
    }
    return { images: found, next_cursor: service.recorded === rows ? null : `${row}.0` };
  }

  const reader = createImageReader(
    {
      read,
      onChange: (next) => {
        images = next;
      },
      onError: (error) => errors.push(error),
      pauseMs: PAUSE_MS,
    },
    images,
  );
  readers.push(reader);
  const rowsIn = (span: Span) => imagesIn(images, span).map((image) => image?.row ?? null);
  return {
    service,
    reader,
    errors,
    images: () => images,
    rowsIn,
    /** Waits until a part is read. */
    shown: (span: Span) =>
      eventually(
        () => rowsIn(span),
        (found) => found.every((row) => row !== null),
      ),
  };
}

const readers: ImageReader[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});

describe('a reader of images', () => {
  it('reads what is shown first, and then around it', async () => {
    const { reader, service, shown } = createStage(100_000);
    reader.show({ from: 50_000, to: 50_010 });
    expect(await shown({ from: 50_000, to: 50_003 })).toEqual([50_001, 50_002, 50_003]);
    expect(service.calls[0]).toBe('50001.0');
    await shown({ from: 49_900, to: 50_110 });
    expect(service.calls.length).toBeLessThanOrEqual(3);
  });

  it('makes one call at a time, and none for what was only scrolled past', async () => {
    const { reader, service, shown } = createStage(100_000);
    for (let from = 0; from < 99_000; from += 1_000) reader.show({ from, to: from + 10 });
    reader.show({ from: 99_000, to: 99_010 });
    await shown({ from: 99_000, to: 99_010 });
    expect(service.calls.slice(0, 2)).toEqual(['1.0', '99001.0']);
  });

  it('keeps few images in memory, however far is scrolled', async () => {
    const { reader, images, shown } = createStage(20_000);
    for (let from = 0; from < 20_000; from += 500) {
      reader.show({ from, to: from + 20 });
      await shown({ from, to: from + 20 });
    }
    const kept = images().chunks.flatMap((chunk) => chunk?.images ?? []);
    expect(kept.length).toBeLessThan(3_000);
    expect(lengthOf(images())).toBe(20_000);
    reader.show({ from: 0, to: 20 });
    expect((await shown({ from: 0, to: 20 }))[0]).toBe(1);
  });

  it('reads what is shown again when it may have changed, and nothing else', async () => {
    const { reader, service, images, shown } = createStage(100_000);
    reader.show({ from: 0, to: 10 });
    await shown({ from: 0, to: 110 });
    service.attempts = 2;
    service.calls.length = 0;
    reader.refresh();
    await eventually(
      () => imagesIn(images(), { from: 0, to: 1 })[0]?.attempts,
      (attempts) => attempts === 2,
    );
    expect(service.calls).toEqual(['1.0']);
  });

  it('tells of an error, and tries again until it works', async () => {
    const { reader, service, errors, shown } = createStage(1_000);
    service.fault = new Error('Connection refused');
    reader.show({ from: 0, to: 10 });
    await eventually(
      () => service.calls.length,
      (calls) => calls >= 2,
    );
    service.fault = null;
    await shown({ from: 0, to: 10 });
    expect(errors[0]).toBeInstanceOf(Error);
    expect(errors.at(-1)).toBeNull();
  });

  it('waits for rows that are still being recorded', async () => {
    const { reader, service, rowsIn, shown } = createStage(1_000);
    service.recorded = 150;
    reader.show({ from: 90, to: 110 });
    await eventually(
      () => service.calls.filter((cursor) => cursor === '101.0').length,
      (asked) => asked >= 2,
    );
    expect(rowsIn({ from: 99, to: 101 })).toEqual([100, null]);
    service.recorded = 1_000;
    expect((await shown({ from: 90, to: 110 }))[10]).toBe(101);
  });

  it('finds the few images that match, and knows the end of the list', async () => {
    const { reader, service, images } = createStage(1_000, { count: null });
    service.matches = (row) => row % 400 === 0;
    reader.show({ from: 0, to: 10 });
    await eventually(
      () => images(),
      (list) => list.chunks.every((chunk) => chunk !== null),
    );
    expect(lengthOf(images())).toBe(2);
    expect(imagesIn(images(), { from: 0, to: 2 }).map((image) => image?.row)).toEqual([400, 800]);
  });

  it('makes no call after it was closed', async () => {
    const { reader, service } = createStage(1_000);
    reader.close();
    reader.show({ from: 0, to: 10 });
    await Promise.resolve();
    expect(service.calls).toEqual([]);
  });
});
