import { isDataLink, parseDataLink } from '../network/dataLink';
import type { SheetRow } from '../../sheet/rows';
import { imageRef } from '../records/images';
import type { ImageRecord, RowRecord } from '../records/types';
import type { LaneAssignment } from './lanes';

/** Measured: larger batches save no time and take more memory while they wait. */
const MAX_ROWS = 250;
/**
 * A row may hold thousands of links, whether they are new or occurred before, and a megabyte of text. The images in
 * `data:` links count as text.
 */
const MAX_LINKS = 2_000;
const MAX_CHARACTERS = 2 ** 20;

const FIRST_ROUND = 1;

/** Rows that are recorded together, and the images that occur in them for the first time. */
export interface Batch {
  add(row: SheetRow): void;
  isFull(): boolean;
  rows(): readonly RowRecord[];
  images(): readonly ImageRecord[];
}

/** @param lanes of all rows before, and of these */
export function createBatch(requestId: string, lanes: LaneAssignment): Batch {
  const rows: RowRecord[] = [];
  const images = new Map<string, ImageRecord>();
  let links = 0;
  let characters = 0;

  function addLink(link: string): string {
    const { lane, number, count } = lanes.place(link);
    const ref = imageRef(lane, number);
    const known = images.get(ref);
    if (count === 1) {
      const image = newImage(requestId, ref, link);
      characters += image.data?.length ?? 0;
      images.set(ref, image);
    } else if (known !== undefined) images.set(ref, { ...known, places: count });
    return ref;
  }

  return {
    add({ number, cells, links: found, error }) {
      links += found.length;
      for (const cell of cells) characters += cell.length;
      rows.push({
        _id: `${requestId}/${number}`,
        request_id: requestId,
        number,
        cells,
        images: found.map(addLink),
        error,
      });
    },
    isFull: () => rows.length >= MAX_ROWS || links >= MAX_LINKS || characters >= MAX_CHARACTERS,
    rows: () => rows,
    images: () => [...images.values()],
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
