import { EXIF_PREFIX, onlyOrientation } from './exif';
import { readJpegData } from './jpegData';
import { findFrame, type Frame } from './jpegFrame';
import { isStandalone, isFrame, MARKER, endOfScan, partAt } from './jpegMarkers';
import { createScans } from './jpegScans';
import { createRewriter } from './rewriter';
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
/** libvips does not report missing data in this many lines at the end of a picture. */
const UNGUARDED_LINES = 16;
/** Colour transforms of Adobe's segment: none, YCbCr, and YCbCr with black. */
const [UNCHANGED, YCC, YCCK] = [0, 1, 2];

/**
 * Walks the segments of a JPEG (ITU-T T.81, annex B). Cameras and phones violate the standard: Samsung writes
 * wrong parameters into scan headers, and bytes before a marker (sharp #1578, #3488); Google appends a video.
 * Browsers show these files. libvips has only one strictness level for these errors and for lost picture data.
 * Harmless errors are therefore corrected here, and the result is decoded strictly. Segments that do not change the
 * picture are removed, and EXIF is reduced to the orientation.
 */
export function walkJpeg(bytes: Buffer): Structure {
  const rewriter = createRewriter(bytes);
  const scans = createScans();
  const frame = findFrame(bytes);
  let isClean = true;
  /** The decoder gets other bytes than the file's. */
  let isRepaired = false;
  let hasEnd = false;
  let at = 2;
  const seen = new Set<number>();
  let hasExif = false;
  rewriter.keep(0, at);

  let parts = 0;
  while (at < bytes.length && !hasEnd) {
    parts += 1;
    if (parts > MAX_PARTS) return structure(bytes, { fault: TOO_MANY_PARTS });
    const part = partAt(bytes, at);
    if (part === null) break;
    const { code, content } = part;
    // Another picture begins, and this one had no end marker.
    if (code === MARKER.SOI && scans.count() > 0) break;
    isRepaired ||= part.at !== at;
    at = part.end;
    if (code === MARKER.EOI) {
      if (scans.count() === 0) return structure(bytes, { fault: CUT_OFF });
      rewriter.keep(part.at, at);
      hasEnd = true;
    } else if (code === MARKER.SOI || isStandalone(code)) {
      isRepaired = true;
    } else {
      isClean &&= isAllowed(code, content, seen.has(code));
      seen.add(code);
      const fixed =
        code === MARKER.SOS ? scans.begin(frame, content) : correctedApp(code, content, frame);
      if (fixed === null && isExif(code, content)) {
        if (!hasExif) rewriter.insert(orientationSegment(content));
        hasExif = true;
      } else if (fixed === null) {
        if (isDecoded(code, content)) rewriter.keep(part.at, at);
      } else {
        isRepaired = true;
        rewriter.insert(fixed);
      }
      if (code === MARKER.SOS) {
        const end = endOfScan(bytes, at);
        rewriter.keep(at, end);
        at = end;
      }
    }
  }

  if (frame === null || scans.count() === 0) return structure(bytes, { fault: CUT_OFF });
  if (!hasEnd) {
    if (!scans.isComplete(frame) || frame.isArithmetic) return structure(bytes, { fault: CUT_OFF });
    rewriter.insert(END);
  }
  const decodable = rewriter.join();
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
    // Browsers ignore the profiles of grey pictures.
    ignoresProfile: frame.components.length === 1,
    readData: isReadable ? async () => (await readJpegData(decodable))?.bytes ?? null : null,
    needsDataCheck: isReadable && (!hasEnd || isRepaired || frame.height <= UNGUARDED_LINES),
    isExact: async () => isExactJpeg(decodable),
  });
}

/** Whether a JPEG has no bytes between its codes and no unused tables. */
export async function isExactJpeg(bytes: Buffer): Promise<boolean> {
  const data = await readJpegData(bytes);
  return data !== null && !data.hasSurplus && data.bytes.equals(bytes);
}

/** Returns the name of a variant that our libjpeg does not decode, or `null`. */
function unusualOf({ bits, kind }: Frame): string | null {
  if (bits !== 8) return `a JPEG with ${bits} bits per sample`;
  return kind === null ? null : `a ${kind} JPEG`;
}

/**
 * Returns the tables of a JPEG without a picture, which a TIFF contains for all its strips, or `null` when it
 * contains anything else.
 */
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
 * Whether a segment is needed to show the picture, and cannot contain anything else. Tables are checked together
 * with the data.
 *
 * @param isRepeated whether another segment of its kind precedes it
 */
function isAllowed(code: number, segment: Buffer, isRepeated: boolean): boolean {
  if (code === MARKER.DQT || code === MARKER.DHT) return true;
  if (code === MARKER.SOS) return segment.length === 4 + (segment[0] ?? 0) * 2;
  if (isRepeated) return false;
  if (isFrame(code)) return true;
  if (code === MARKER.DRI) return segment.length === 2;
  // JFIF without a thumbnail contains the density only. Adobe's segment contains the colour transform.
  if (code === MARKER.APP0) return segment.length === 14 && startsWith(segment, 'JFIF\0');
  return code === MARKER.APP14 && segment.length === 12 && startsWith(segment, 'Adobe');
}

/** Whether the decoder needs a segment: tables, headers, and what tells the colours. */
function isDecoded(code: number, segment: Buffer): boolean {
  if (code === MARKER.APP2) return startsWith(segment, 'ICC_PROFILE\0');
  if (code === MARKER.APP0) return startsWith(segment, 'JFIF\0');
  return code === MARKER.APP14 || code < MARKER.APP0;
}

const isExif = (code: number, segment: Buffer) =>
  code === MARKER.APP1 && segment.subarray(0, EXIF_PREFIX.length).equals(EXIF_PREFIX);

/** Returns the segment with the orientation of EXIF; empty for an upright picture. */
function orientationSegment(segment: Buffer): Buffer {
  const exif = onlyOrientation(segment.subarray(EXIF_PREFIX.length));
  return exif === null ? NOTHING : segmentOf(MARKER.APP1, Buffer.concat([EXIF_PREFIX, exif]));
}

function segmentOf(code: number, content: Buffer): Buffer {
  const made = Buffer.concat([Buffer.from([0xff, code, 0, 0]), content]);
  made.writeUInt16BE(content.length + 2, 2);
  return made;
}

/** Returns the replacement for a segment with unknown but harmless values, or `null`. */
function correctedApp(code: number, segment: Buffer, frame: Frame | null): Buffer | null {
  if (code === MARKER.APP0 && startsWith(segment, 'JFIF\0') && segment[5] !== 1) return NOTHING;
  if (code !== MARKER.APP14 || segment.length < 12 || !startsWith(segment, 'Adobe')) return null;
  // The transform that libjpeg and browsers assume for unknown values.
  const usual = { 3: YCC, 4: YCCK }[frame?.components.length ?? 0];
  if (usual === undefined || segment[11] === UNCHANGED || segment[11] === usual) return null;
  const fixed = segmentOf(code, segment);
  fixed[4 + 11] = usual;
  return fixed;
}

const startsWith = (segment: Buffer, text: string) =>
  segment.length >= text.length && segment.toString('latin1', 0, text.length) === text;
