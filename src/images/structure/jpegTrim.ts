import { setImmediate } from 'node:timers/promises';
import { createBits, OutOfData, readTables, type HuffmanTable } from './huffman';
import { createBlockReader, type ScanPart } from './jpegBlocks';
import { createKept } from './structure';

const [EOI, SOS, DHT, DRI] = [0xd9, 0xda, 0xc4, 0xdd];
/** Baseline, extended and progressive, with Huffman codes. */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** libjpeg's own advice: more are an attack. */
const MAX_SCANS = 100;
const MAX_COMPONENTS = 4;
/** Blocks read in one go, before the event loop runs again: some milliseconds. */
const SLICE = 4_096;

interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  /** In blocks; in a scan of several components there may be more at the right and below. */
  readonly width: number;
  readonly height: number;
  readonly known: Uint32Array;
}

interface Layout {
  readonly isSequential: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly components: readonly Component[];
}

/**
 * Takes out bytes that stand behind the data of a scan and before the next marker. They are harmless, and libvips
 * counts them as lost data do. It takes reading every code, so it is done only for files that the decoder refused.
 *
 * @param bytes a JPEG without bytes between its other segments
 * @returns `null` when a code is wrong or missing: the file is broken
 */
export async function trimScans(bytes: Buffer): Promise<Buffer | null> {
  try {
    return await trimmed(bytes);
  } catch (error) {
    if (error instanceof OutOfData || error instanceof RangeError) return null;
    throw error;
  }
}

async function trimmed(bytes: Buffer): Promise<Buffer | null> {
  const kept = createKept(bytes);
  const tables = new Map<number, HuffmanTable>();
  let layout: Layout | null = null;
  let interval = 0;
  let scans = 0;
  let at = 2;
  kept.keep(0, at);
  while (at + 4 <= bytes.length) {
    const code = bytes[at + 1] ?? 0;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    const segment = bytes.subarray(at + 4, end);
    if (bytes[at] !== 0xff || end > bytes.length) return null;
    if (code === 0xff) {
      at += 1;
      continue;
    }
    if (code === DHT && !readTables(segment, tables)) return null;
    if (code === DRI) interval = segment.readUInt16BE(0);
    if (FRAMES.includes(code)) layout ??= layoutOf(code, segment);
    kept.keep(at, end);
    at = end;
    if (code !== SOS) continue;
    scans += 1;
    if (layout === null || scans > MAX_SCANS) return null;
    at = await readScan(bytes, at, segment, { layout, tables, interval, keep: kept.keep });
    if (bytes[at + 1] !== EOI) continue;
    kept.keep(at, at + 2);
    return kept.join();
  }
  return null;
}

interface Surroundings {
  readonly layout: Layout;
  readonly tables: ReadonlyMap<number, HuffmanTable>;
  readonly interval: number;
  keep(from: number, to: number): void;
}

/** @returns where the marker behind the scan stands */
async function readScan(
  bytes: Buffer,
  start: number,
  header: Buffer,
  { layout, tables, interval, keep }: Surroundings,
): Promise<number> {
  const count = header[0] ?? 0;
  const [first = 0, last = 0, approximation = 0] = header.subarray(1 + count * 2);
  const parts = Array.from({ length: count }, (_, index) => {
    const component = layout.components.find(({ id }) => id === header[1 + index * 2]);
    if (component === undefined) throw new OutOfData();
    const selected = header[2 + index * 2] ?? 0;
    const part: ScanPart = {
      dc: tables.get(selected >> 4),
      ac: tables.get(0x10 + (selected & 15)),
      known: component.known,
    };
    return { component, part };
  });
  const [only] = parts;
  if (only === undefined) throw new OutOfData();
  const bits = createBits(bytes, start);
  const { isSequential } = layout;
  const reader = createBlockReader(bits, {
    ...{ first, last: Math.min(last, 63), refines: approximation >> 4 > 0, isSequential },
  });
  const units =
    parts.length > 1 ? layout : { columns: only.component.width, rows: only.component.height };
  const all = units.columns * units.rows;
  let from = start;
  for (let unit = 0; unit < all; unit += 1) {
    if (interval > 0 && unit > 0 && unit % interval === 0) {
      const end = bits.align();
      const marker = bytes.indexOf(Buffer.from([0xff, 0xd0 + ((unit / interval - 1) % 8)]), end);
      if (marker < 0) throw new OutOfData();
      keep(from, end);
      from = marker;
      bits.moveTo(marker + 2);
      reader.restart();
    }
    if (parts.length === 1) reader.read(only.part, unit);
    // Blocks of several components are never refined one by one: which one it is does not matter.
    else {
      for (const { component, part } of parts) {
        for (let block = component.h * component.v; block > 0; block -= 1) reader.read(part, 0);
      }
    }
    if (unit % SLICE === 0) await setImmediate();
  }
  const end = bits.align();
  keep(from, end);
  return nextMarker(bytes, end);
}

function nextMarker(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0) {
    const code = bytes[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff && !(code >= 0xd0 && code <= 0xd7)) return at;
    at = bytes.indexOf(0xff, at + 1);
  }
  throw new OutOfData();
}

function layoutOf(code: number, segment: Buffer): Layout {
  const [height, width] = [segment.readUInt16BE(1), segment.readUInt16BE(3)];
  const count = segment[5] ?? 0;
  if (count < 1 || count > MAX_COMPONENTS) throw new OutOfData();
  const sampling = (index: number) => segment.readUInt8(7 + index * 3);
  const factors = Array.from({ length: count }, (_, index) => ({
    id: segment.readUInt8(6 + index * 3),
    h: sampling(index) >> 4,
    v: sampling(index) & 15,
  }));
  const [most, highest] = [
    Math.max(...factors.map(({ h }) => h)),
    Math.max(...factors.map(({ v }) => v)),
  ];
  if (factors.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw new OutOfData();
  return {
    isSequential: code !== 0xc2,
    columns: Math.ceil(width / (8 * most)),
    rows: Math.ceil(height / (8 * highest)),
    components: factors.map(({ id, h, v }) => {
      const [across, down] = [
        Math.ceil(Math.ceil((width * h) / most) / 8),
        Math.ceil(Math.ceil((height * v) / highest) / 8),
      ];
      const isProgressive = code === 0xc2;
      const known = new Uint32Array(isProgressive ? across * down * 2 : 0);
      return { id, h, v, width: across, height: down, known };
    }),
  };
}
