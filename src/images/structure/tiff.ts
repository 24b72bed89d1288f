import { isExactJpeg, onlyTables, walkJpeg } from './jpeg';
import { CUT_OFF, structure, type Structure } from './structure';
import { JPEG_COMPRESSION, unusualTiff } from './tiffKinds';
import { firstPageOf } from './tiffPages';
import {
  BITS,
  COMPRESSION,
  isAllowedEntry,
  ORIENTATION,
  PHOTOMETRIC,
  STRIPS,
  TABLES,
  TILES,
  type Entry,
} from './tiffTags';

const CLASSIC = 42;
const ENTRY_BYTES = 12;
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
/** White is zero, black is zero, RGB, palette, YCbCr. CMYK and Lab are not sRGB. */
const ALLOWED_COLOURS = [0, 1, 2, 3, 6];
/** Tags whose values are read. */
const READ = [
  COMPRESSION,
  PHOTOMETRIC,
  ORIENTATION,
  BITS,
  ...Object.values(STRIPS),
  ...Object.values(TILES),
];
/** Files with more strips are not checked strip by strip and count as not clean. */
const MAX_PIECES = 100_000;

type Range = readonly [start: number, end: number];

/** Walks the first directory of a TIFF 6.0 file. libtiff itself detects truncation within a strip. */
export function walkTiff(bytes: Buffer): Structure {
  const little = bytes[0] === 0x49;
  const short = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const longOf = (content: Buffer, at: number) =>
    little ? content.readUInt32LE(at) : content.readUInt32BE(at);
  const long = (at: number) => longOf(bytes, at);
  if (bytes.length < 8) return structure(bytes, { fault: CUT_OFF });
  const { decodable, pages } = firstPageOf(bytes, little);
  if (short(2) !== CLASSIC) return structure(bytes, { decodable, frames: pages });

  const directory = long(4);
  const covered: Range[] = [[0, 8]];
  const seen = new Set<number>();
  const entries = readDirectory();
  // The directory is often at the end, so it is missing in a truncated file.
  if (entries === null) return structure(bytes, { suspicion: CUT_OFF, decodable, frames: pages });
  const first = (tag: number, otherwise: number) =>
    entries.find((entry) => entry.tag === tag)?.values[0] ?? otherwise;
  const pieces = readPieces();
  const isCut = pieces?.some(([, end]) => end > bytes.length) ?? false;
  const isClean =
    !isCut &&
    pieces !== null &&
    // Reading the data of a tag as often as the tag is listed could take hours.
    seen.size === entries.length &&
    entries.every((entry) => isAllowedEntry(entry, longOf)) &&
    first(ORIENTATION, 1) === 1 &&
    ALLOWED_COLOURS.includes(first(PHOTOMETRIC, 0)) &&
    (first(COMPRESSION, 1) !== JPEG_COMPRESSION || pieces.every(isCleanJpeg)) &&
    covers([...covered, ...pieces], bytes.length);
  return structure(bytes, {
    isClean,
    fault: isCut ? CUT_OFF : null,
    unusual: unusualTiff(first(COMPRESSION, 1), first(PHOTOMETRIC, 0), first(BITS, 1)),
    decodable,
    frames: pages,
    isExact: first(COMPRESSION, 1) === JPEG_COMPRESSION ? areExactJpegs : null,
  });

  /** Each strip or tile is a JPEG whose tables are in the directory. */
  async function areExactJpegs(): Promise<boolean> {
    const shared = entries?.find(({ tag }) => tag === TABLES)?.content;
    const tables = shared === undefined ? Buffer.alloc(0) : onlyTables(shared);
    if (tables === null || pieces === null) return false;
    for (const [from, end] of pieces) {
      const start = bytes.subarray(from, from + 2);
      const whole = Buffer.concat([start, tables, bytes.subarray(from + 2, end)]);
      if (!(await isExactJpeg(whole))) return false;
    }
    return true;
  }

  function isDirectory(at: number): boolean {
    return at + 2 <= bytes.length && at + 2 + short(at) * ENTRY_BYTES + 4 <= bytes.length;
  }

  /** Reads all entries with their values; `null` when the file ends in them. An extra entry marks further pages. */
  function readDirectory(): Entry[] | null {
    if (!isDirectory(directory)) return null;
    const count = short(directory);
    const end = directory + 2 + count * ENTRY_BYTES + 4;
    covered.push([directory, end]);
    const read: Entry[] = [];
    for (let index = 0; index < count; index += 1) {
      const entry = readEntry(directory + 2 + index * ENTRY_BYTES);
      if (entry === null) return null;
      read.push(entry);
    }
    return long(end - 4) === 0
      ? read
      : [...read, { tag: 0, type: 0, values: [], content: bytes.subarray(0, 0) }];
  }

  function readEntry(at: number): Entry | null {
    const size = SIZES[short(at + 2)] ?? 0;
    const count = long(at + 4);
    const length = size * count;
    const from = length <= 4 ? at + 8 : long(at + 8);
    if (from + length > bytes.length) return null;
    if (length > 4) covered.push([from, from + length]);
    // Values are read only once and only if needed, since all entries may point to the same ones.
    const isNumber = (size === 2 || size === 4) && READ.includes(short(at)) && !seen.has(short(at));
    seen.add(short(at));
    const values = Array.from(
      { length: isNumber ? Math.min(count, MAX_PIECES + 1) : 0 },
      (_, index) => (size === 2 ? short(from + index * 2) : long(from + index * 4)),
    );
    const type = short(at + 2);
    return { tag: short(at), type, values, content: bytes.subarray(from, from + length) };
  }

  /** Returns the ranges of the strips or tiles; `null` when they are missing, inconsistent or too many. */
  function readPieces(): Range[] | null {
    const tags = entries?.some(({ tag }) => tag === TILES.offsets) === true ? TILES : STRIPS;
    const offsets = entries?.find(({ tag }) => tag === tags.offsets)?.values ?? [];
    const counts = entries?.find(({ tag }) => tag === tags.counts)?.values ?? [];
    if (offsets.length === 0 || offsets.length !== counts.length) return null;
    if (offsets.length > MAX_PIECES) return null;
    // Strips may overlap. Reading each of them as often as it is listed could take hours.
    if (counts.reduce((sum, count) => sum + count, 0) > bytes.length) return null;
    return offsets.map((from, index) => [from, from + (counts[index] ?? 0)]);
  }

  function isCleanJpeg([from, end]: Range): boolean {
    return walkJpeg(bytes.subarray(from, end)).isClean;
  }
}

/** Whether ranges cover every byte of the file, except single bytes that align an offset. */
function covers(ranges: readonly Range[], length: number): boolean {
  const sorted = [...ranges].sort(([one], [other]) => one - other);
  let reached = 0;
  for (const [start, end] of sorted) {
    if (start > reached + 1) return false;
    reached = Math.max(reached, end);
  }
  return reached + 1 >= length;
}
