import {
  createKept,
  CUT_OFF,
  DAMAGED,
  structure,
  type Structure,
  MAX_PARTS,
  TOO_MANY_PARTS,
} from './structure';
import { trimScans } from './jpegTrim';
import { createScans, type Frame } from './jpegScans';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DNL = 0xdc;
const DRI = 0xdd;
const DHT = 0xc4;
const DAC = 0xcc;
const APP0 = 0xe0;
const APP14 = 0xee;
/** SOF0, SOF1 and SOF9: baseline, extended, and extended with arithmetic coding. */
const SEQUENTIAL = [0xc0, 0xc1, 0xc9];
const FIRST_ARITHMETIC = 0xc9;
const END = Buffer.from([0xff, EOI]);

const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== 0xc8 && marker !== DAC;
/** Markers that stand alone, without a length: TEM and RST0 to RST7. */
const isAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
const TABLES = [DQT, DNL, DRI, DHT, DAC];

/**
 * ITU-T T.81, annex B. Cameras and phones do not keep to it: Samsung writes wrong parameters into the header
 * of a scan, and bytes before a marker (sharp #1578, #3488); Google appends a film. Browsers show all of it, and
 * libvips has one level for these and for lost picture data alike. So what is harmless is put in order here,
 * and then decoded strictly.
 */
export function walkJpeg(bytes: Buffer): Structure {
  const kept = createKept(bytes);
  const scans = createScans();
  let frame: Frame | null = null;
  let isClean = true;
  let hasEnd = false;
  let hasRestarts = false;
  let at = 2;
  kept.keep(0, at);

  let parts = 0;
  while (at < bytes.length && !hasEnd) {
    parts += 1;
    if (parts > MAX_PARTS) return structure(bytes, { fault: TOO_MANY_PARTS });
    const marker = nextMarker(bytes, at);
    if (marker === null) break;
    if (marker.at !== at) isClean = false;
    const { code } = marker;
    at = marker.at;
    if (code === EOI) {
      if (scans.count() === 0) return structure(bytes, { fault: CUT_OFF });
      kept.keep(at, at + 2);
      at += 2;
      hasEnd = true;
    } else if (code === SOI) {
      // The next picture of the file begins, and this one had no end.
      if (scans.count() > 0) break;
      isClean = false;
      at += 2;
    } else if (isAlone(code)) {
      isClean = false;
      at += 2;
    } else {
      const segment = segmentAt(bytes, at);
      if (segment === null) break;
      hasRestarts ||= code === DRI;
      if (isFrame(code)) frame ??= frameOf(code, segment);
      if (!isShown(code, segment)) isClean = false;
      const fixed = code === SOS ? scans.begin(frame, segment) : fixedApp(code, segment);
      if (fixed === null) kept.keep(at, at + 2 + segment.length + 2);
      else {
        isClean = false;
        kept.insert(fixed);
      }
      at += 4 + segment.length;
      if (code === SOS) {
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
  return structure(bytes, {
    suspicion: hasEnd ? DAMAGED : CUT_OFF,
    unusual: unusualOf(frame),
    isClean: isClean && hasEnd && at === bytes.length && frame.components.length !== 4,
    decodable,
    // Of a single stretch of data the decoder does not look at what stands behind it.
    retry: scans.count() > 1 || hasRestarts ? () => trimScans(decodable) : null,
    // Browsers take the profiles of colour pictures only.
    ignoresProfile: frame.components.length === 1,
  });
}

/** Kinds that our libjpeg does not decode. */
function unusualOf({ bits, kind }: Frame): string | null {
  if (bits !== 8) return `a JPEG of ${bits} bits a sample`;
  return kind === null ? null : `a ${kind} JPEG`;
}

/** Whether a JPEG of no picture, as TIFF has one for all its strips, has tables and nothing else. */
export function onlyTables(bytes: Buffer): boolean {
  let at = 2;
  while (at + 2 < bytes.length) {
    const segment = segmentAt(bytes, at);
    if (bytes[at] !== 0xff || segment === null || !TABLES.includes(bytes[at + 1] ?? 0))
      return false;
    at += 4 + segment.length;
  }
  return at + 2 === bytes.length && bytes.readUInt16BE(at) === 0xff00 + EOI;
}

/** The next marker at or behind a place; bytes before it belong to nothing. */
function nextMarker(bytes: Buffer, from: number): { at: number; code: number } | null {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const code = bytes[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff) return { at, code };
    // A marker may be filled up with any number of these.
    if (code === 0xff) at += 1;
    else at = bytes.indexOf(0xff, at + 2);
  }
  return null;
}

/** The content of a segment whose marker stands at a place, or `null` when the file ends in it. */
function segmentAt(bytes: Buffer, at: number): Buffer | null {
  if (at + 4 > bytes.length) return null;
  const length = bytes.readUInt16BE(at + 2);
  if (length < 2 || at + 2 + length > bytes.length) return null;
  return bytes.subarray(at + 4, at + 2 + length);
}

/** Where the entropy-coded data that begins at a place ends: at a marker that is none of its own. */
function endOfScan(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const code = bytes[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff && !(code >= 0xd0 && code <= 0xd7)) return at;
    if (code === 0xff) at += 1;
    else at = bytes.indexOf(0xff, at + 2);
  }
  return bytes.length;
}

function frameOf(code: number, segment: Buffer): Frame | null {
  const count = segment[5] ?? 0;
  if (count === 0 || segment.length < 6 + count * 3) return null;
  const components = Array.from({ length: count }, (_, index) => segment[6 + index * 3] ?? 0);
  return {
    isSequential: SEQUENTIAL.includes(code),
    isArithmetic: code >= FIRST_ARITHMETIC,
    kind: code % 4 === 3 ? 'lossless' : code % 8 > 4 ? 'hierarchical' : null,
    bits: segment[0] ?? 0,
    components,
  };
}

/** Whether a segment takes part in showing the picture, and has room for nothing else. */
function isShown(code: number, segment: Buffer): boolean {
  if (code === SOS || isFrame(code) || TABLES.includes(code)) return true;
  // JFIF without a thumbnail: density only. Adobe's says which colours the components are.
  if (code === APP0) return segment.length === 14 && startsWith(segment, 'JFIF\0');
  return code === APP14 && segment.length === 12 && startsWith(segment, 'Adobe');
}

/** What to read in place of a segment that says something unheard of, and harmless. */
function fixedApp(code: number, segment: Buffer): Buffer | null {
  const NONE = Buffer.alloc(0);
  if (code === APP0 && startsWith(segment, 'JFIF\0') && segment[5] !== 1) return NONE;
  return null;
}

const startsWith = (segment: Buffer, text: string) =>
  segment.length >= text.length && segment.toString('latin1', 0, text.length) === text;
