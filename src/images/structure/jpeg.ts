import type { Pause } from '../inSlices';
import { readJpegData } from './jpegData';
import { findFrame, type Frame } from './jpegFrame';
import { isAlone, isFrame, MARKER, endOfScan, partAt } from './jpegMarkers';
import { createScans } from './jpegScans';
import { createKept } from './kept';
import {
  CUT_OFF,
  DAMAGED,
  structure,
  type Structure,
  MAX_PARTS,
  TOO_MANY_PARTS,
} from './structure';

const END = Buffer.from([0xff, MARKER.EOI]);
const NOTHING = Buffer.alloc(0);
const TABLES: readonly number[] = [MARKER.DQT, MARKER.DHT, MARKER.DRI];
/** libvips says nothing of data that are missing in the last lines that it decodes, which are so many. */
const UNGUARDED_LINES = 16;
/** What Adobe's segment says of the colours: none, YCbCr, and the same with black. */
const [UNCHANGED, YCC, YCCK] = [0, 1, 2];

/**
 * ITU-T T.81, annex B. Cameras and phones do not keep to it: Samsung writes wrong parameters into the header
 * of a scan, and bytes before a marker (sharp #1578, #3488); Google appends a film. Browsers show all of it, and
 * libvips has one level for these and for lost picture data alike. So what is harmless is put in order here,
 * and then decoded strictly.
 */
export function walkJpeg(bytes: Buffer): Structure {
  const kept = createKept(bytes);
  const scans = createScans();
  const frame = findFrame(bytes);
  let isClean = true;
  /** The decoder gets other bytes than those of the file. */
  let isRepaired = false;
  let hasEnd = false;
  let at = 2;
  const seen = new Set<number>();
  kept.keep(0, at);

  let parts = 0;
  while (at < bytes.length && !hasEnd) {
    parts += 1;
    if (parts > MAX_PARTS) return structure(bytes, { fault: TOO_MANY_PARTS });
    const part = partAt(bytes, at);
    if (part === null) break;
    const { code, content } = part;
    // The next picture of the file begins, and this one had no end.
    if (code === MARKER.SOI && scans.count() > 0) break;
    isRepaired ||= part.at !== at;
    at = part.end;
    if (code === MARKER.EOI) {
      if (scans.count() === 0) return structure(bytes, { fault: CUT_OFF });
      kept.keep(part.at, at);
      hasEnd = true;
    } else if (code === MARKER.SOI || isAlone(code)) {
      isRepaired = true;
    } else {
      isClean &&= isShown(code, content, seen.has(code));
      seen.add(code);
      const fixed =
        code === MARKER.SOS ? scans.begin(frame, content) : fixedApp(code, content, frame);
      if (fixed === null) kept.keep(part.at, at);
      else {
        isRepaired = true;
        kept.insert(fixed);
      }
      if (code === MARKER.SOS) {
        const end = endOfScan(bytes, at);
        kept.keep(at, end);
        at = end;
      }
    }
  }

  if (frame === null || scans.count() === 0) return structure(bytes, { fault: CUT_OFF });
  if (!hasEnd) {
    if (!scans.isComplete(frame) || frame.isArithmetic) return structure(bytes, { fault: CUT_OFF });
    kept.insert(END);
  }
  const decodable = kept.join();
  const unusual = unusualOf(frame);
  const isReadable = !frame.isArithmetic && unusual === null;
  return structure(bytes, {
    suspicion: hasEnd ? DAMAGED : CUT_OFF,
    unusual,
    isClean:
      isClean &&
      !isRepaired &&
      isReadable &&
      hasEnd &&
      at === bytes.length &&
      frame.components.length !== 4,
    decodable,
    // Browsers take the profiles of colour pictures only.
    ignoresProfile: frame.components.length === 1,
    readData: isReadable
      ? async (pause) => (await readJpegData(decodable, pause))?.bytes ?? null
      : null,
    isDoubtful: isReadable && (!hasEnd || isRepaired || frame.height <= UNGUARDED_LINES),
    isExact: async (pause) => isExactJpeg(decodable, pause),
  });
}

/** Whether nothing stands between the codes of a JPEG, and no table is there that they do without. */
export async function isExactJpeg(bytes: Buffer, pause: Pause): Promise<boolean> {
  const data = await readJpegData(bytes, pause);
  return data !== null && !data.hasSurplus && data.bytes.equals(bytes);
}

/** Kinds that our libjpeg does not decode. */
function unusualOf({ bits, kind }: Frame): string | null {
  if (bits !== 8) return `a JPEG of ${bits} bits a sample`;
  return kind === null ? null : `a ${kind} JPEG`;
}

/** The tables of a JPEG without a picture, as TIFF has one for all its strips; `null` when there is anything else. */
export function onlyTables(bytes: Buffer): Buffer | null {
  let at = 2;
  for (let part = partAt(bytes, at); part?.at === at; part = partAt(bytes, at)) {
    if (part.code === MARKER.EOI) return part.end === bytes.length ? bytes.subarray(2, at) : null;
    if (!TABLES.includes(part.code)) return null;
    at = part.end;
  }
  return null;
}

/**
 * Whether a segment takes part in showing the picture, and has room for nothing else. Tables are looked at with the
 * data.
 *
 * @param isRepeated another one of its kind stands before it
 */
function isShown(code: number, segment: Buffer, isRepeated: boolean): boolean {
  if (code === MARKER.DQT || code === MARKER.DHT) return true;
  if (code === MARKER.SOS) return segment.length === 4 + (segment[0] ?? 0) * 2;
  if (isRepeated) return false;
  if (isFrame(code)) return true;
  if (code === MARKER.DRI) return segment.length === 2;
  // JFIF without a thumbnail: density only. Adobe's says which colours the components are.
  if (code === MARKER.APP0) return segment.length === 14 && startsWith(segment, 'JFIF\0');
  return code === MARKER.APP14 && segment.length === 12 && startsWith(segment, 'Adobe');
}

/** What to read in place of a segment that says something unheard of, and harmless. */
function fixedApp(code: number, segment: Buffer, frame: Frame | null): Buffer | null {
  if (code === MARKER.APP0 && startsWith(segment, 'JFIF\0') && segment[5] !== 1) return NOTHING;
  if (code !== MARKER.APP14 || segment.length < 12 || !startsWith(segment, 'Adobe')) return null;
  // What libjpeg and browsers assume where it says none of the two.
  const usual = { 3: YCC, 4: YCCK }[frame?.components.length ?? 0];
  if (usual === undefined || segment[11] === UNCHANGED || segment[11] === usual) return null;
  const fixed = Buffer.concat([Buffer.from([0xff, code, 0, 0]), segment]);
  fixed.writeUInt16BE(segment.length + 2, 2);
  fixed[4 + 11] = usual;
  return fixed;
}

const startsWith = (segment: Buffer, text: string) =>
  segment.length >= text.length && segment.toString('latin1', 0, text.length) === text;
