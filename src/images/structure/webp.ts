import { EXIF_PREFIX, onlyOrientation } from './exif';
import { createRewriter } from './rewriter';
import {
  CUT_OFF,
  MAX_PARTS,
  MAX_PROFILE_BYTES,
  structure,
  TOO_MANY_PARTS,
  type Structure,
} from './structure';

/**
 * The minimum size of an animation frame: its chunk header, its position and size, and the header of a picture
 * chunk.
 */
const SMALLEST_FRAME = 8 + 16 + 8;
/** The chunk sequences of a file that contains only a picture; `ALPH` belongs to `VP8 `. */
const ALLOWED = /^(VP8 |VP8L|VP8X(ALPH)?VP8 |VP8XVP8L|VP8XANIM(ANMF)+)$/;
const ALLOWED_IN_FRAME = /^((ALPH)?VP8 |VP8L)$/;
/** Chunks that are passed to the decoder; EXIF is reduced to the orientation. */
const DECODED = ['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP'];
/**
 * Frames that are passed to the decoder, which looks for each of them from the start: 90,000 take eight seconds. Pictures
 * with far fewer are refused, unless only the first one is used.
 */
const MAX_FRAMES = 10_000;
/** Chunks of fixed size, in bytes. */
const SIZES: Readonly<Record<string, number>> = { VP8X: 10, ANIM: 6 };
/** The flag of `VP8X` without which `ALPH` is ignored. */
const HAS_ALPHA = 0x10;
/** Bytes for the position, size and flags of a frame, before its chunks. */
const FRAME_HEADER = 16;

interface Chunk {
  readonly name: string;
  readonly at: number;
  /** The position after the content, without padding; may be after the end of the file. */
  readonly end: number;
}

/**
 * Walks the chunks of a WebP file (RFC 9649). The size in the header is often wrong by a few bytes; browsers rely
 * on the chunks instead.
 */
export function walkWebp(bytes: Buffer): Structure {
  if (bytes.length < 20) return structure(bytes, { fault: CUT_OFF });
  const declared = bytes.readUInt32LE(4) + 8;
  const limit = Math.min(declared, bytes.length);
  const rewriter = createRewriter(bytes);
  rewriter.keep(0, 12);
  let at = 12;
  let isClean = declared === bytes.length;
  let hasPicture = false;
  let frames = 0;
  let hasExif = false;
  /** The decoder gets other bytes than the file's. */
  let isChanged = false;
  const names: string[] = [];

  let parts = 0;
  while (at + 8 <= limit) {
    parts += 1;
    if (parts > MAX_PARTS) return structure(bytes, { fault: TOO_MANY_PARTS });
    const chunk = chunkAt(bytes, at);
    if (chunk.end > bytes.length) {
      if (!hasPicture || frames > 0) return structure(bytes, { fault: CUT_OFF });
      // Only metadata after the picture are cut off.
      break;
    }
    const isPicture = chunk.name === 'VP8 ' || chunk.name === 'VP8L' || chunk.name === 'ANMF';
    hasPicture ||= isPicture;
    if (chunk.name === 'ANMF') frames += 1;
    names.push(chunk.name);
    isClean &&= isAllowed(bytes, chunk);
    at = chunk.end + (chunk.end % 2);
    if (isDecoded(chunk) && frames <= MAX_FRAMES) {
      rewriter.keep(chunk.at, Math.min(at, bytes.length));
      if (at > bytes.length) rewriter.insert(Buffer.alloc(1));
    } else {
      isChanged = true;
      if (chunk.name === 'EXIF' && !hasExif) rewriter.insert(orientationChunk(bytes, chunk));
      hasExif ||= chunk.name === 'EXIF';
    }
  }
  if (!hasPicture) return structure(bytes, { fault: CUT_OFF });
  // An entire frame may be missing.
  if (frames > 0 && declared - bytes.length >= SMALLEST_FRAME) {
    return structure(bytes, { fault: CUT_OFF });
  }
  isClean &&= at === bytes.length && ALLOWED.test(names.join(''));
  if (names.includes('ALPH')) isClean &&= ((bytes[20] ?? 0) & HAS_ALPHA) !== 0;
  const found = { isClean: isClean && !isChanged, frames: frames > MAX_FRAMES ? frames : null };
  if (declared === bytes.length && at === declared && !isChanged) return structure(bytes, found);
  const decodable = Buffer.from(rewriter.join());
  decodable.writeUInt32LE(decodable.length - 8, 4);
  return structure(bytes, { ...found, decodable });
}

function chunkAt(bytes: Buffer, at: number): Chunk {
  const name = bytes.toString('latin1', at, at + 4);
  return { name, at, end: at + 8 + bytes.readUInt32LE(at + 4) };
}

const isDecoded = ({ name, at, end }: Chunk) =>
  DECODED.includes(name) && (name !== 'ICCP' || end - at <= MAX_PROFILE_BYTES);

/** Returns the chunk with the orientation of EXIF; empty for an upright picture. */
function orientationChunk(bytes: Buffer, { at, end }: Chunk): Buffer {
  const content = bytes.subarray(at + 8, end);
  const isPrefixed = content.subarray(0, EXIF_PREFIX.length).equals(EXIF_PREFIX);
  const exif = onlyOrientation(isPrefixed ? content.subarray(EXIF_PREFIX.length) : content);
  if (exif === null) return Buffer.alloc(0);
  const head = Buffer.from('EXIF\0\0\0\0', 'latin1');
  head.writeUInt32LE(exif.length, 4);
  return Buffer.concat([head, exif]);
}

/** Whether a chunk contains only the picture. Bytes after the picture data within their chunk are not detected. */
function isAllowed(bytes: Buffer, chunk: Chunk): boolean {
  if (chunk.name === 'ANMF') return isCleanFrame(bytes, chunk);
  return chunk.end - chunk.at - 8 === (SIZES[chunk.name] ?? chunk.end - chunk.at - 8);
}

/** Whether a frame contains only the chunks of its picture. */
function isCleanFrame(bytes: Buffer, frame: Chunk): boolean {
  const names: string[] = [];
  let at = frame.at + 8 + FRAME_HEADER;
  while (at + 8 <= frame.end && names.length < 2) {
    const chunk = chunkAt(bytes, at);
    if (chunk.end > frame.end) return false;
    names.push(chunk.name);
    at = chunk.end + (chunk.end % 2);
  }
  return ALLOWED_IN_FRAME.test(names.join('')) && (at === frame.end || at === frame.end + 1);
}
