/**
 * The images of a request as far as they are known, in chunks of rows of the file. Where a chunk is not read yet, its
 * number of images is estimated, so that the list has its whole length from the start; where it was read and dropped,
 * its number is kept. Of all lists of a request, only the images near what is shown are in memory.
 */

interface Image {
  readonly row: number;
}

export interface Expected {
  /** How many images there are in all; `null` when that is not known. */
  readonly count: number | null;
  /** Whether there are no others for sure: then no chunk is read that would have to be empty. */
  readonly isExact: boolean;
}

interface Chunk<T> {
  readonly count: number;
  /** `null` when they were dropped. */
  readonly images: readonly T[] | null;
  /** When it was read: a larger number is later. */
  readonly version: number;
}

export interface ImageChunks<T extends Image> {
  /** Rows of the file. */
  readonly rows: number;
  readonly rowsPerChunk: number;
  readonly expected: Expected;
  /** `null` for those that are not read yet. */
  readonly chunks: readonly (Chunk<T> | null)[];
  /** Index in the list at which each chunk starts, and at the end the length of the list. */
  readonly starts: readonly number[];
}

/** Indexes in the list: the first, and the one behind the last. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A place in the list that stays the same when chunks before it turn out to be longer or shorter. */
export interface Anchor {
  readonly chunk: number;
  readonly inner: number;
}

/** The part of the file that a call has read: all its images from row `from` to the one before `until`. */
export interface Part<T> {
  readonly from: number;
  readonly until: number;
  readonly images: readonly T[];
}

/** A chunk of a file without a filter has about so many images. */
const IMAGES_PER_CHUNK = 100;

/** The service looks at so many rows in one call. */
const MAX_ROWS_PER_CHUNK = 5_000;

/** Images before and behind the shown ones that stay in memory. */
const KEPT = 1_000;

/** @param total all images of the file, with or without a filter */
export function createChunks<T extends Image>(
  rows: number,
  total: number,
  expected: Expected,
): ImageChunks<T> {
  const wanted = Math.round((IMAGES_PER_CHUNK * rows) / Math.max(total, 1));
  const rowsPerChunk = Math.min(Math.max(wanted, 1), MAX_ROWS_PER_CHUNK);
  const chunks = Array.from({ length: Math.ceil(rows / rowsPerChunk) }, () => null);
  return withStarts({ rows, rowsPerChunk, expected, chunks, starts: [] });
}

export function withExpected<T extends Image>(
  list: ImageChunks<T>,
  expected: Expected,
): ImageChunks<T> {
  return withStarts({ ...list, expected });
}

export function lengthOf<T extends Image>({ starts }: ImageChunks<T>): number {
  return starts.at(-1) ?? 0;
}

export function isComplete<T extends Image>({ chunks }: ImageChunks<T>): boolean {
  return chunks.every((chunk) => chunk !== null);
}

/** The first row of a chunk, which is also the one behind the last of the chunk before. */
export function firstRowOf<T extends Image>(
  { rows, rowsPerChunk }: ImageChunks<T>,
  chunk: number,
): number {
  return Math.min(chunk * rowsPerChunk, rows) + 1;
}

/** Adds what was read. A chunk of which only some rows were read stays as it is. */
export function absorb<T extends Image>(
  list: ImageChunks<T>,
  { from, until, images }: Part<T>,
  version: number,
): ImageChunks<T> {
  const chunks = [...list.chunks];
  const first = Math.ceil((from - 1) / list.rowsPerChunk);
  for (let chunk = first; chunk < chunks.length; chunk += 1) {
    const [begin, end] = [firstRowOf(list, chunk), firstRowOf(list, chunk + 1)];
    if (end > until) break;
    const found = images.filter(({ row }) => row >= begin && row < end);
    chunks[chunk] = { count: found.length, images: found, version };
  }
  return withStarts({ ...list, chunks });
}

/** Drops the images that are far from those that are shown. */
export function keepNear<T extends Image>(list: ImageChunks<T>, shown: Span): ImageChunks<T> {
  const chunks = list.chunks.map((chunk, index) => {
    const isFar =
      startOf(list, index + 1) < shown.from - KEPT || startOf(list, index) > shown.to + KEPT;
    return isFar && chunk !== null && chunk.count > 0 ? { ...chunk, images: null } : chunk;
  });
  return { ...list, chunks };
}

/** The first chunk that has to be read to show a part of the list; `null` when there is none. */
export function missingIn<T extends Image>(list: ImageChunks<T>, shown: Span): number | null {
  const isFull = list.expected.isExact && knownIn(list) >= (list.expected.count ?? 0);
  for (const index of chunksIn(list, shown)) {
    const chunk = list.chunks[index] ?? null;
    if (chunk === null ? !isFull : chunk.images === null) return index;
  }
  return null;
}

/** The first and the last chunk of the shown part that were read before a version; `null` when there is none. */
export function outdatedIn<T extends Image>(
  list: ImageChunks<T>,
  shown: Span,
  version: number,
): readonly [first: number, last: number] | null {
  let found: readonly [number, number] | null = null;
  for (const index of chunksIn(list, shown)) {
    const chunk = list.chunks[index] ?? null;
    if (chunk !== null && chunk.version < version) found = [found?.[0] ?? index, index];
  }
  return found;
}

/** The images of a part of the list; `null` for each that is not read. */
export function imagesIn<T extends Image>(
  list: ImageChunks<T>,
  { from, to }: Span,
): readonly (T | null)[] {
  const images: (T | null)[] = [];
  let { chunk, inner } = locate(list, from);
  while (images.length < to - from && chunk < list.chunks.length) {
    if (inner >= startOf(list, chunk + 1) - startOf(list, chunk)) {
      chunk += 1;
      inner = 0;
    } else {
      images.push(list.chunks[chunk]?.images?.[inner] ?? null);
      inner += 1;
    }
  }
  return images;
}

export function locate<T extends Image>(list: ImageChunks<T>, index: number): Anchor {
  const chunk = Math.max(firstChunkAfter(list, index) - 1, 0);
  return { chunk, inner: index - startOf(list, chunk) };
}

export function indexOf<T extends Image>(list: ImageChunks<T>, { chunk, inner }: Anchor): number {
  return Math.min(startOf(list, chunk) + inner, startOf(list, chunk + 1));
}

/** Chunks that have images in a part of the list, and empty ones at its ends. */
function* chunksIn<T extends Image>(list: ImageChunks<T>, { from, to }: Span): Generator<number> {
  let low = 0;
  let high = list.chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(list, middle + 1) < from) low = middle + 1;
    else high = middle;
  }
  for (let chunk = low; chunk < list.chunks.length && startOf(list, chunk) <= to; chunk += 1) {
    const [begin, end] = [startOf(list, chunk), startOf(list, chunk + 1)];
    if (begin === end || (begin < to && end > from)) yield chunk;
  }
}

function firstChunkAfter<T extends Image>(list: ImageChunks<T>, index: number): number {
  let low = 0;
  let high = list.chunks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(list, middle) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

function startOf<T extends Image>({ starts }: ImageChunks<T>, chunk: number): number {
  return starts[chunk] ?? starts.at(-1) ?? 0;
}

function withStarts<T extends Image>(list: ImageChunks<T>): ImageChunks<T> {
  const { chunks } = list;
  const rowsOf = (chunk: number) => firstRowOf(list, chunk + 1) - firstRowOf(list, chunk);
  const unknownRows = chunks.reduce(
    (sum, chunk, index) => sum + (chunk === null ? rowsOf(index) : 0),
    0,
  );
  const perRow = imagesPerRow(list, knownIn(list), unknownRows);

  const starts = [0];
  let counted = 0;
  let guessedRows = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (chunk === null) guessedRows += rowsOf(index);
    else counted += chunk.count;
    // Rounded from the beginning, so that the errors do not add up.
    starts.push(counted + Math.round(guessedRows * perRow));
  }
  return { ...list, starts };
}

function knownIn<T extends Image>({ chunks }: ImageChunks<T>): number {
  return chunks.reduce((sum, chunk) => sum + (chunk?.count ?? 0), 0);
}

/** How many images a row has where nothing is read yet. */
function imagesPerRow<T extends Image>(
  { rows, expected: { count } }: ImageChunks<T>,
  known: number,
  unknownRows: number,
): number {
  if (unknownRows === 0) return 0;
  if (count !== null) return Math.max(count - known, 0) / unknownRows;
  return unknownRows === rows ? 1 : known / (rows - unknownRows);
}
