import { inBatches } from '../inBatches';
import { createBits, OutOfData } from './huffman';
import { createBlockReader, type ScanPart } from './jpegBlocks';
import { layoutOf, type Layout } from './jpegLayout';
import { endOfScan, MARKER, partAt } from './jpegMarkers';
import { createTables, type Tables } from './jpegTables';
import { createRewriter, type Rewriter } from './rewriter';

/** Baseline, extended and progressive frames with Huffman codes. */
const FRAMES: readonly number[] = [MARKER.SOF0, MARKER.SOF0 + 1, MARKER.SOF2];
/** The limit that libjpeg recommends; more scans are an attack. */
const MAX_SCANS = 100;
/** Progressive pictures have about ten scans, each of one band. A few bytes can make a scan cover all blocks. */
const MAX_PASSES = 32;
/** Units per batch: a few milliseconds of work. */
const BATCH_SIZE = 2_048;
const RESTARTS = Array.from({ length: 8 }, (_, index) => Buffer.from([0xff, MARKER.RST0 + index]));

export interface JpegData {
  /**
   * The file without bytes between the data of a scan and the next marker. libvips treats these harmless bytes
   * like lost data.
   */
  readonly bytes: Buffer;
  /** The file defines unused tables. */
  readonly hasSurplus: boolean;
}

/**
 * Reads every code of a JPEG, to detect missing ones and to find the end of each scan's data.
 *
 * @returns `null` when a code is wrong or missing, so the file is corrupt
 */
export async function readJpegData(bytes: Buffer): Promise<JpegData | null> {
  try {
    return await read(bytes);
  } catch (error) {
    if (error instanceof OutOfData || error instanceof RangeError) return null;
    throw error;
  }
}

async function read(bytes: Buffer): Promise<JpegData | null> {
  const rewriter = createRewriter(bytes);
  const tables = createTables();
  let layout: Layout | null = null;
  let interval = 0;
  let scans = 0;
  let blocks = 0;
  let at = 2;
  rewriter.keep(0, at);
  for (let part = partAt(bytes, at); part !== null; part = partAt(bytes, at)) {
    const { code, content, end } = part;
    rewriter.keep(part.at, end);
    at = end;
    if (code === MARKER.EOI) {
      if (layout === null || scans === 0) return null;
      const used = layout.components.map(({ quantisation }) => quantisation);
      return { bytes: rewriter.join(), hasSurplus: tables.hasSurplus(used) };
    }
    if (code === MARKER.DHT && !tables.defineHuffman(content)) return null;
    if (code === MARKER.DQT && !tables.defineQuantisation(content)) return null;
    if (code === MARKER.DRI) interval = content.readUInt16BE(0);
    if (FRAMES.includes(code)) layout ??= layoutOf(code, content);
    if (code !== MARKER.SOS) continue;
    const scan = layout === null ? null : scanOf(content, layout, tables);
    if (layout === null || scan === null) return null;
    scans += 1;
    blocks += scan.units * scan.blocksOfUnit;
    if (scans > MAX_SCANS || blocks > MAX_PASSES * blocksOf(layout)) return null;
    at = endOfScan(bytes, await readScan(bytes, at, scan, { interval, keep: rewriter.keep }));
  }
  return null;
}

const blocksOf = ({ columns, rows, components }: Layout) =>
  columns * rows * components.reduce((sum, { h, v }) => sum + h * v, 0);

interface Scan {
  /** The blocks of a unit, in order. */
  readonly parts: readonly ScanPart[];
  readonly units: number;
  readonly blocksOfUnit: number;
  readonly first: number;
  readonly last: number;
  readonly refines: boolean;
  readonly isSequential: boolean;
}

function scanOf(header: Buffer, layout: Layout, tables: Tables): Scan | null {
  const count = header[0] ?? 0;
  const { isSequential } = layout;
  const [first = 0, last = 0, approximation = 0] = header.subarray(1 + count * 2);
  const refines = approximation >> 4 > 0;
  const chosen = Array.from({ length: count }, (_, index) => {
    const component = layout.components.find(({ id }) => id === header[1 + index * 2]);
    const selected = header[2 + index * 2] ?? 0;
    const readsDc = isSequential || (first === 0 && !refines);
    const dc = readsDc ? tables.dc(selected >> 4) : undefined;
    const ac = isSequential || first > 0 ? tables.ac(selected & 15) : undefined;
    return component && { component, part: { dc, ac, known: component.known } };
  }).filter((one) => one !== undefined);
  const [only] = chosen;
  if (only === undefined || chosen.length !== count) return null;
  const isSingle = count === 1;
  // The block number is not needed here: only scans of a single component refine blocks.
  const parts = isSingle
    ? [only.part]
    : chosen.flatMap(({ component: { h, v }, part }) => Array.from({ length: h * v }, () => part));
  const units = isSingle
    ? only.component.width * only.component.height
    : layout.columns * layout.rows;
  return {
    parts,
    units,
    blocksOfUnit: parts.length,
    first,
    last: Math.min(last, 63),
    refines,
    isSequential,
  };
}

interface ScanContext {
  readonly interval: number;
  readonly keep: Rewriter['keep'];
}

/** @returns the position after the data of the scan */
async function readScan(
  bytes: Buffer,
  start: number,
  scan: Scan,
  { interval, keep }: ScanContext,
): Promise<number> {
  const { parts, units } = scan;
  const bits = createBits(bytes, start);
  const reader = createBlockReader(bits, scan);
  const single = parts.length === 1 ? parts[0] : undefined;
  let from = start;
  let untilRestart = interval > 0 ? interval : Infinity;

  function restart(number: number): void {
    const end = bits.align();
    const marker = bytes.indexOf(RESTARTS[number % 8] ?? '', end);
    if (marker < 0) throw new OutOfData();
    keep(from, end);
    from = marker;
    bits.moveTo(marker + 2);
    reader.restart();
    untilRestart = interval;
  }

  await inBatches(units, BATCH_SIZE, (first, to) => {
    for (let unit = first; unit < to; unit += 1) {
      if (untilRestart === 0) restart(unit / interval - 1);
      untilRestart -= 1;
      if (single !== undefined) reader.read(single, unit);
      else for (const part of parts) reader.read(part, 0);
    }
  });
  const end = bits.align();
  keep(from, end);
  return end;
}
