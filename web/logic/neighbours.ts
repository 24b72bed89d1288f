import type { ImageResource, ImagesPage } from '../../contract/http/images';
import { cursorAfter, cursorAtRow, isBefore, rowOf, type Place } from './imageCursor';

/** Reads one page of the images that match the filter, from a cursor on. */
export type ReadPage = (cursor: string) => Promise<ImagesPage>;

/** Rows looked at for the image before; where none matches, more each time. */
const FIRST_ROWS = 10;
const MAX_ROWS = 5_000;

/** Finds the next image of the list; `null` at its end. */
export async function findNext(read: ReadPage, place: Place): Promise<ImageResource | null> {
  for (let cursor: string | null = cursorAfter(place); cursor !== null;) {
    const { images, next_cursor }: ImagesPage = await read(cursor);
    if (images[0] !== undefined) return images[0];
    // Rows that are not recorded yet.
    if (next_cursor === cursor) return null;
    cursor = next_cursor;
  }
  return null;
}

/** Finds the image before in the list, which the service only reads forwards; `null` at its beginning. */
export async function findPrevious(read: ReadPage, place: Place): Promise<ImageResource | null> {
  let rows = FIRST_ROWS;
  for (let end = place.row; end >= 1;) {
    const first = Math.max(end - rows + 1, 1);
    const found = await lastBefore(read, { first, end }, place);
    if (found !== null) return found;
    end = first - 1;
    rows = Math.min(rows * 4, MAX_ROWS);
  }
  return null;
}

async function lastBefore(
  read: ReadPage,
  rows: { readonly first: number; readonly end: number },
  place: Place,
): Promise<ImageResource | null> {
  let last: ImageResource | null = null;
  let cursor = cursorAtRow(rows.first);
  for (;;) {
    const { images, next_cursor } = await read(cursor);
    last = images.findLast((image) => isBefore(image, place)) ?? last;
    const isReached = images.some((image) => !isBefore(image, place));
    const isPassed = next_cursor === null || rowOf(next_cursor) > rows.end;
    // Where the cursor stays, rows are not recorded yet.
    if (isReached || isPassed || next_cursor === cursor) return last;
    cursor = next_cursor;
  }
}
