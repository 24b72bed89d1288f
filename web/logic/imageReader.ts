import type { ImageResource, ImagesPage } from '../../contract/http/images';
import {
  absorb,
  firstRowOf,
  keepNear,
  lengthOf,
  missingIn,
  outdatedIn,
  withExpected,
  type Expected,
  type ImageChunks,
  type Part,
  type Span,
} from './imageChunks';
import { cursorAtRow, rowOf } from './imageCursor';

export type Images = ImageChunks<ImageResource>;

interface Deps {
  /** Reads one page of the images that match the filter. */
  readonly read: (cursor: string, signal: AbortSignal) => Promise<ImagesPage>;
  readonly onChange: (images: Images) => void;
  /** Called with `null` when reading works again. */
  readonly onError: (error: unknown) => void;
  /** Before something is tried or read again; a list that takes long to read is read again less often. */
  readonly pauseMs: number;
}

/** Read beyond what is shown, so that scrolling shows no gap. */
const AHEAD = 100;

/** What is shown is read again after a pause of at least so many times what reading it took. */
const MIN_REST = 3;

export type ImageReader = ReturnType<typeof createImageReader>;

/** Reads what is shown, one call at a time, and reads it again when it may have changed. */
export function createImageReader({ read, onChange, onError, pauseMs }: Deps, empty: Images) {
  const closed = new AbortController();
  let images = empty;
  let shown: Span = { from: 0, to: 0 };
  let version = 0;
  let isBusy = false;
  let readAgainAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function change(next: Images) {
    images = next;
    onChange(next);
  }

  /** Reads until a row is passed, or there is nothing more for now. */
  async function readRows(from: number, last: number): Promise<Part<ImageResource>> {
    const found: ImageResource[] = [];
    let cursor: string | null = cursorAtRow(from);
    while (cursor !== null && rowOf(cursor) <= last) {
      const page: ImagesPage = await read(cursor, closed.signal);
      found.push(...page.images);
      // Rows that are not recorded yet.
      if (page.next_cursor === cursor) break;
      cursor = page.next_cursor;
    }
    return { from, until: cursor === null ? images.rows + 1 : rowOf(cursor), images: found };
  }

  /** Returns the chunks to read next, the first and the last one. */
  function wanted(): readonly [number, number] | null {
    const around = { from: shown.from - AHEAD, to: Math.min(shown.to + AHEAD, lengthOf(images)) };
    const missing = missingIn(images, shown) ?? missingIn(images, around);
    if (missing !== null) return [missing, missing];
    return Date.now() < readAgainAt ? null : outdatedIn(images, shown, version);
  }

  async function go() {
    if (isBusy || closed.signal.aborted) return;
    clearTimeout(timer);
    const chunks = wanted();
    if (chunks === null) {
      if (outdatedIn(images, shown, version) !== null) again(readAgainAt - Date.now());
      return;
    }
    isBusy = true;
    const isDone = await load(...chunks);
    if (isDone) {
      isBusy = false;
      void go();
    } else {
      again(pauseMs);
    }
  }

  function again(ms: number) {
    timer = setTimeout(() => {
      isBusy = false;
      void go();
    }, ms);
  }

  /** @returns whether all of the chunks were read */
  async function load(first: number, last: number): Promise<boolean> {
    const started = Date.now();
    const asked = version;
    const end = firstRowOf(images, last + 1);
    try {
      const part = await readRows(firstRowOf(images, first), end - 1);
      change(keepNear(absorb(images, part, asked), shown));
      readAgainAt = Date.now() + Math.max(pauseMs, MIN_REST * (Date.now() - started));
      onError(null);
      return part.until >= end;
    } catch (error) {
      if (!closed.signal.aborted) onError(error);
      return false;
    }
  }

  return {
    /** Says which part of the list is shown. */
    show(span: Span) {
      shown = span;
      void go();
    },
    expect(expected: Expected) {
      change(withExpected(images, expected));
      void go();
    },
    /** Says that the images may have changed. */
    refresh() {
      version += 1;
      void go();
    },
    close() {
      closed.abort();
      clearTimeout(timer);
    },
  };
}
