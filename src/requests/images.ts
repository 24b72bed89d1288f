import type { z } from 'zod';
import type {
  ImageDetail,
  imagesPage,
  imagesQuery,
  ImageResource,
} from '../../contract/http/images';
import { Refusal } from '../errors';
import { withoutCredentials } from '../../contract/webUrl';
import { linkHostOf } from '../network/linkHost';
import type { Records } from '../records/open';
import { inReadableParts, type RowLayout } from '../records/rows';
import type { ImageRecord, RequestRecord } from '../records/types';
import { isFinished } from '../../contract/statuses';
import type { ImageLinks } from '../storage/links';
import { findVisible } from './find';
import { timelineOf } from './timeline';

export interface ImagesDeps {
  readonly records: Pick<Records, 'requests' | 'rows' | 'images'>;
  readonly imageLinks: ImageLinks;
}

/** A page whose filter matches little ends after this many rows; its cursor continues behind them. */
const MAX_ROWS_EXAMINED = 5_000;

/**
 * Lists the images of a request in the order of its rows, one page at a time. A link that occurs twice is
 * listed twice; a bad row is one entry without a position.
 *
 * @throws Refusal `not_found`
 */
export async function listImages(
  { records, imageLinks }: ImagesDeps,
  requestId: string,
  { limit, cursor, ...filter }: z.output<typeof imagesQuery>,
): Promise<z.output<typeof imagesPage>> {
  const request = await findVisible(records, requestId);
  const images: ImageResource[] = [];
  const [startRow = 1, startIndex = 0] = (cursor ?? '1.0').split('.').map(Number);
  const lastRow = Math.min(recordedRowsOf(request), startRow + MAX_ROWS_EXAMINED - 1);
  // With a filter, most of what is read may not be listed.
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const matches = createMatch(filter);
  const atOnce = isFiltered ? undefined : limit;
  for await (const { row, found } of read(records, requestId, [startRow, lastRow], atOnce)) {
    for (const [index, entry] of entriesOf(row, found).entries()) {
      if (row.number === startRow && index < startIndex) continue;
      if (!matches(entry)) continue;
      const { image, file } = entry;
      if (images.length === limit) return { images, next_cursor: `${row.number}.${index}` };
      images.push({ ...image, output_url: file && (await imageLinks(requestId, file)) });
    }
  }
  if (lastRow >= request.rows) return { images, next_cursor: null };
  // Behind the recorded rows, the cursor stays where it is until there are more.
  return {
    images,
    next_cursor: lastRow < startRow ? `${startRow}.${startIndex}` : `${lastRow + 1}.0`,
  };
}

type Filter = Omit<z.output<typeof imagesQuery>, 'limit' | 'cursor'>;

/** Returns whether an entry matches all filters. */
function createMatch({ status, code, host }: Filter): (entry: Entry) => boolean {
  const wantedHost = host?.toLowerCase();
  return ({ image, link }) =>
    (status === undefined || image.status === status) &&
    (code === undefined || image.error?.code === code) &&
    (wantedHost === undefined || (link !== null && hostOf(link) === wantedHost));
}

const NUMBER = /^\d{1,9}$/;

/**
 * Shows one image with its timeline.
 *
 * @param row, position as a client wrote them
 * @throws Refusal `not_found`
 */
export async function showImage(
  { records, imageLinks }: ImagesDeps,
  requestId: string,
  row: string,
  position: string,
): Promise<ImageDetail> {
  const request = await findVisible(records, requestId);
  const number = NUMBER.test(row) ? Number(row) : 0;
  const index = NUMBER.test(position) ? Number(position) - 1 : -1;
  const layout = await findRow(records, request, number);
  if (layout === undefined) throw notFound('Row not found');
  if (layout.error !== null) {
    throw notFound('The row is a bad one and has no images; the list of images shows its error');
  }
  const ref = layout.images[index];
  const image = ref === undefined ? null : await records.images.find(requestId, ref);
  if (image === null) throw notFound('The row has no such position');
  const file = image.result?.file ?? null;
  return {
    ...imageAt(number, index + 1, image),
    output_url: file && (await imageLinks(requestId, file)),
    timeline: timelineOf(request, image),
  };
}

async function findRow(
  { rows }: ImagesDeps['records'],
  request: RequestRecord,
  number: number,
): Promise<RowLayout | undefined> {
  if (number < 1 || number > recordedRowsOf(request)) return undefined;
  for await (const [layout] of rows.layouts(request._id, number, number)) return layout;
  return undefined;
}

function notFound(message: string): Refusal {
  return new Refusal('not_found', message);
}

export function recordedRowsOf({ state, rows, recording }: RequestRecord): number {
  return isFinished(state) ? rows : (recording?.rows ?? rows);
}

async function* read(
  { rows, images }: ImagesDeps['records'],
  requestId: string,
  [first, last]: readonly [number, number],
  imagesAtOnce: number | undefined,
) {
  for await (const layouts of rows.layouts(requestId, first, last)) {
    for (const part of inReadableParts(layouts, imagesAtOnce)) {
      const refs = [...new Set(part.flatMap((row) => row.images))];
      const found = await images.findMany(requestId, refs);
      for (const row of part) yield { row, found };
    }
  }
}

/** Returns the host of a link in lower case, by which failures are grouped; `null` when it has none. */
export function hostOf(link: string): string | null {
  return linkHostOf(link)?.toLowerCase() ?? null;
}

interface Entry {
  /** Without `output_url`: signing is expensive, so only the images of the page get links. */
  readonly image: ImageResource;
  /** As it is written in the cell; `null` for a bad row. */
  readonly link: string | null;
  /** The name of the compressed image; `null` if there is none. */
  readonly file: string | null;
}

function entriesOf(row: RowLayout, found: ReadonlyMap<string, ImageRecord>): Entry[] {
  if (row.error !== null) return [{ image: badRow(row.number, row.error), link: null, file: null }];
  return row.images.flatMap((ref, index) => {
    const record = found.get(ref);
    if (record === undefined) return [];
    const image = imageAt(row.number, index + 1, record);
    return [{ image, link: record.url, file: record.result?.file ?? null }];
  });
}

function imageAt(
  row: number,
  position: number,
  { url, status, attempts, error, result }: ImageRecord,
): ImageResource {
  return {
    row,
    position,
    source_url: withoutCredentials(url),
    status,
    attempts,
    error,
    output_url: null,
    bytes_in: result?.bytes_in ?? null,
    bytes_out: result?.bytes_out ?? null,
    width: result?.width ?? null,
    height: result?.height ?? null,
    format: result?.format ?? null,
    note: result?.note ?? null,
  };
}

function badRow(row: number, error: ImageResource['error']): ImageResource {
  return {
    row,
    position: null,
    source_url: null,
    status: 'failed',
    attempts: 0,
    error,
    output_url: null,
    bytes_in: null,
    bytes_out: null,
    width: null,
    height: null,
    format: null,
    note: null,
  };
}
