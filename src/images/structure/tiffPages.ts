import { MAX_PROFILE_BYTES } from './structure';
import { DECODED, LONG, PROFILE } from './tiffTags';

/** How the two variants of TIFF store numbers: bytes of a count of tags, of a tag, and of a position. */
const CLASSIC = { countBytes: 2, entryBytes: 12, offsetBytes: 4 };
const BIG = { countBytes: 8, entryBytes: 20, offsetBytes: 8 };
const BIG_VERSION = 43;
/** Bytes of one value by its type. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
/** The maximum bytes of a tag whose length does not grow with the picture. */
const MAX_TAG_BYTES = 65_536;
/** How many pages are counted. */
const MAX_PAGES = 100_000;

/**
 * Reduces a TIFF to its first page, and that page to the tags of its picture. The decoder would read all tags of all
 * pages, and the pages may share their content: 10 MB take hours. It also refuses a list of pages that contains a cycle.
 *
 * @returns the bytes for the decoder, and the number of pages in the file
 */
export function firstPageOf(
  bytes: Buffer,
  little: boolean,
): { readonly decodable: Buffer; readonly pages: number } {
  const short = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const isBig = short(2) === BIG_VERSION;
  const { countBytes, entryBytes, offsetBytes } = isBig ? BIG : CLASSIC;
  const first = isBig ? (bytes.length < 16 ? 0 : offset(bytes, 8)) : offset(bytes, 4);
  if (!isDirectory(first)) return { decodable: bytes, pages: 1 };

  const pages = new Set<number>();
  for (
    let page = first;
    pages.size < MAX_PAGES && page > 0 && isDirectory(page) && !pages.has(page);
  ) {
    pages.add(page);
    page = offset(bytes, endOf(page));
  }
  const kept = keptEntries();
  const isWhole = kept.length === count(first) && offset(bytes, endOf(first)) === 0;
  return { decodable: isWhole ? bytes : withEntries(kept), pages: pages.size };

  function number(from: Buffer, at: number, width: number): number {
    if (width === 2) return little ? from.readUInt16LE(at) : from.readUInt16BE(at);
    if (width === 4) return little ? from.readUInt32LE(at) : from.readUInt32BE(at);
    return Number(little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at));
  }

  function offset(from: Buffer, at: number): number {
    return number(from, at, offsetBytes);
  }

  function count(page: number): number {
    return number(bytes, page, countBytes);
  }

  /** Returns the position of the offset of the next page. */
  function endOf(page: number): number {
    return page + countBytes + count(page) * entryBytes;
  }

  function isDirectory(page: number): boolean {
    return page + countBytes <= bytes.length && endOf(page) + offsetBytes <= bytes.length;
  }

  /** Returns the positions of the tags of the first page that the picture needs, each of them once. */
  function keptEntries(): number[] {
    const seen = new Set<number>();
    const positions: number[] = [];
    for (let at = first + countBytes; at < endOf(first); at += entryBytes) {
      const tag = short(at);
      const length = (SIZES[short(at + 2)] ?? 0) * number(bytes, at + 4, offsetBytes);
      const limit =
        tag === PROFILE ? MAX_PROFILE_BYTES : LONG.includes(tag) ? Infinity : MAX_TAG_BYTES;
      if (!DECODED.includes(tag) || seen.has(tag) || length > limit) continue;
      seen.add(tag);
      positions.push(at);
    }
    return positions;
  }

  /** Returns a copy whose first page has only some of its tags and is the last one. */
  function withEntries(positions: readonly number[]): Buffer {
    const copy = Buffer.from(bytes);
    copy.fill(0, first, endOf(first) + offsetBytes);
    // The count is far below 65,536: the other bytes of a wider number are zero.
    const lowest = little ? first : first + countBytes - 2;
    if (little) copy.writeUInt16LE(positions.length, lowest);
    else copy.writeUInt16BE(positions.length, lowest);
    for (const [index, at] of positions.entries()) {
      bytes.copy(copy, first + countBytes + index * entryBytes, at, at + entryBytes);
    }
    return copy;
  }
}
