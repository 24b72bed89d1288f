import { isDataLink, parseDataLink } from '../network/dataLink';
import { readRows, type Sheet, type SheetRow } from '../csv/read';
import { batchesOf } from '../records/batches';
import { imageRef } from '../records/images';
import type { Records } from '../records/open';
import type { Uploaded } from '../records/requests';
import type { ImageRecord, RowRecord } from '../records/types';
import { assignLanes } from './lanes';

/** Measured: larger batches save no time and take more memory while they wait. */
const BATCH_ROWS = 250;
/**
 * A row may hold thousands of links, whether they are new or occurred before, and a megabyte of text. The images in
 * `data:` links count as text.
 */
const BATCH_LINKS = 2_000;
const BATCH_CHARACTERS = 2 ** 20;

const FIRST_ROUND = 1;

/**
 * Records the rows and images of an upload in batches; the next batch is read while one is being written.
 *
 * @param onBatch called with every batch, to show that this process is alive
 */
export async function recordSheet(
  records: Records,
  requestId: string,
  file: string,
  sheet: Sheet,
  onBatch: () => Promise<void>,
): Promise<Uploaded> {
  const lanes = assignLanes();
  const repeated = new Map<string, number>();
  let rows: RowRecord[] = [];
  let images: ImageRecord[] = [];
  let size = { links: 0, characters: 0 };
  let recorded = 0;
  let links = 0;
  let badRows = 0;
  let writing: Promise<unknown> = Promise.resolve();

  async function flush(): Promise<void> {
    await writing;
    const batch = { rows, images };
    rows = [];
    images = [];
    size = { links: 0, characters: 0 };
    writing = Promise.all([
      records.rows.insert(batch.rows),
      records.images.insert(batch.images),
      onBatch(),
    ]);
    // Awaited before the next batch; a failure until then must not count as an unhandled rejection.
    writing.catch(() => undefined);
  }

  function recordLink(link: string): string {
    const { lane, number, fresh } = lanes.place(link);
    const ref = imageRef(lane, number);
    if (fresh) {
      const image = newImage(requestId, ref, link);
      size.characters += image.data?.length ?? 0;
      images.push(image);
    } else repeated.set(ref, (repeated.get(ref) ?? 1) + 1);
    return ref;
  }

  function recordRow({ number, cells, links: found, error }: SheetRow): void {
    recorded = number;
    links += found.length;
    size.links += found.length;
    for (const cell of cells) size.characters += cell.length;
    badRows += error === null ? 0 : 1;
    const refs = found.map(recordLink);
    rows.push({
      _id: `${requestId}/${number}`,
      request_id: requestId,
      number,
      cells,
      images: refs,
      error,
    });
  }

  for await (const row of readRows(file, sheet)) {
    recordRow(row);
    if (
      rows.length >= BATCH_ROWS ||
      size.links >= BATCH_LINKS ||
      size.characters >= BATCH_CHARACTERS
    ) {
      await flush();
    }
  }
  await flush();
  await writing;
  for (const places of batchesOf([...repeated], BATCH_ROWS)) {
    await Promise.all([records.images.setOccurrences(requestId, new Map(places)), onBatch()]);
  }
  return {
    rows: recorded,
    lanes: lanes.sizes(),
    bad_rows: badRows,
    counts: { total: links + badRows, succeeded: 0, failed: badRows, pending: links },
  };
}

function newImage(requestId: string, ref: string, link: string): ImageRecord {
  return {
    _id: `${requestId}/${ref}`,
    request_id: requestId,
    ...contentOf(link),
    places: 1,
    status: 'pending',
    round: FIRST_ROUND,
    attempts: 0,
    error: null,
    retry_at: null,
    result: null,
  };
}

/** Keeps lists of images small: they show the link. */
function contentOf(link: string): Pick<ImageRecord, 'url' | 'data'> {
  if (!isDataLink(link)) return { url: link };
  const { shown, bytes } = parseDataLink(link);
  return { url: shown, ...(bytes !== null && { data: bytes }) };
}
