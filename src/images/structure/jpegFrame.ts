import { isFrame, MARKER, partAt } from './jpegMarkers';
import { MAX_PARTS } from './structure';

/** The frame header (SOF) of a JPEG. */
export interface Frame {
  /** Each scan contains complete blocks. */
  readonly isSequential: boolean;
  /** The decoder of arithmetic coding silently continues with zeros when data end early. */
  readonly isArithmetic: boolean;
  /** A variant that libjpeg does not decode: lossless or hierarchical. */
  readonly kind: string | null;
  /** Bits per sample. */
  readonly bits: number;
  readonly height: number;
  /** The ids of the components. */
  readonly components: readonly number[];
}

/** SOF0, SOF1 and SOF9: baseline, extended, and extended with arithmetic coding. */
const SEQUENTIAL: readonly number[] = [MARKER.SOF0, MARKER.SOF0 + 1, MARKER.SOF9];

/** Finds the first frame header before the pixels. Segments before it may depend on it. */
export function findFrame(bytes: Buffer): Frame | null {
  let at = 2;
  for (let parts = 0; parts < MAX_PARTS; parts += 1) {
    const part = partAt(bytes, at);
    if (part === null || part.code === MARKER.SOS || part.code === MARKER.EOI) return null;
    if (isFrame(part.code)) return frameOf(part.code, part.content);
    at = part.end;
  }
  return null;
}

function frameOf(code: number, segment: Buffer): Frame | null {
  const count = segment[5] ?? 0;
  if (count === 0 || segment.length !== 6 + count * 3) return null;
  return {
    isSequential: SEQUENTIAL.includes(code),
    isArithmetic: code >= MARKER.SOF9,
    kind: code % 4 === 3 ? 'lossless' : code % 8 > 4 ? 'hierarchical' : null,
    bits: segment[0] ?? 0,
    height: segment.readUInt16BE(1),
    components: Array.from({ length: count }, (_, index) => segment[6 + index * 3] ?? 0),
  };
}
