import { isFrame, MARKER, partAt } from './jpegMarkers';
import { MAX_PARTS } from './structure';

/** What the header of a JPEG's picture says (SOF). */
export interface Frame {
  /** Each scan brings whole blocks. */
  readonly isSequential: boolean;
  /** Its decoder goes on with zeros where data end, and says nothing of it. */
  readonly isArithmetic: boolean;
  /** Kinds that libjpeg does not decode: lossless or hierarchical. */
  readonly kind: string | null;
  /** Of a sample. */
  readonly bits: number;
  readonly height: number;
  /** The ids of the components. */
  readonly components: readonly number[];
}

/** SOF0, SOF1 and SOF9: baseline, extended, and extended with arithmetic coding. */
const SEQUENTIAL: readonly number[] = [MARKER.SOF0, MARKER.SOF0 + 1, MARKER.SOF9];

/** The first frame of a JPEG, before its pixels; what stands before it may depend on it. */
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
