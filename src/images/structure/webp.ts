import { createKept } from './kept';
import { CUT_OFF, structure, type Structure, MAX_PARTS, TOO_MANY_PARTS } from './structure';

/** What a frame of an animation takes at the least: its chunk, its place and size, and a picture's chunk. */
const SMALLEST_FRAME = 8 + 16 + 8;
/** The chunks of a file that has nothing but a picture, each once and in its place; `ALPH` belongs to `VP8 `. */
const SHOWN = /^(VP8 |VP8L|VP8X(ALPH)?VP8 |VP8XVP8L|VP8XANIM(ANMF)+)$/;
const SHOWN_IN_FRAME = /^((ALPH)?VP8 |VP8L)$/;
/** Chunks that say a few numbers, and their bytes. */
const SIZES: Readonly<Record<string, number>> = { VP8X: 10, ANIM: 6 };
/** The flag of `VP8X` without which no `ALPH` is read. */
const HAS_ALPHA = 0x10;
/** Said of the place, size and ways of a frame, before its chunks. */
const FRAME_HEADER = 16;

interface Chunk {
  readonly name: string;
  readonly at: number;
  /** Behind the content, without padding; may lie behind the end of the file. */
  readonly end: number;
}

/**
 * RFC 9649. Sizes in the header that are wrong by a few bytes are common, and browsers go by the chunks.
 */
export function walkWebp(bytes: Buffer): Structure {
  if (bytes.length < 20) return structure(bytes, { fault: CUT_OFF });
  const said = bytes.readUInt32LE(4) + 8;
  const limit = Math.min(said, bytes.length);
  const kept = createKept(bytes);
  kept.keep(0, 12);
  let at = 12;
  let isClean = said === bytes.length;
  let hasPicture = false;
  let isAnimated = false;
  const names: string[] = [];

  let parts = 0;
  while (at + 8 <= limit) {
    parts += 1;
    if (parts > MAX_PARTS) return structure(bytes, { fault: TOO_MANY_PARTS });
    const chunk = chunkAt(bytes, at);
    if (chunk.end > bytes.length) {
      if (!hasPicture || isAnimated) return structure(bytes, { fault: CUT_OFF });
      // What is cut off stands behind the picture: metadata.
      break;
    }
    const isPicture = chunk.name === 'VP8 ' || chunk.name === 'VP8L' || chunk.name === 'ANMF';
    hasPicture ||= isPicture;
    isAnimated ||= chunk.name === 'ANMF';
    names.push(chunk.name);
    isClean &&= isShown(bytes, chunk);
    at = chunk.end + (chunk.end % 2);
    kept.keep(chunk.at, Math.min(at, bytes.length));
    if (at > bytes.length) kept.insert(Buffer.alloc(1));
  }
  if (!hasPicture) return structure(bytes, { fault: CUT_OFF });
  // A whole frame may be what is missing.
  if (isAnimated && said - bytes.length >= SMALLEST_FRAME) {
    return structure(bytes, { fault: CUT_OFF });
  }
  isClean &&= at === bytes.length && SHOWN.test(names.join(''));
  if (names.includes('ALPH')) isClean &&= ((bytes[20] ?? 0) & HAS_ALPHA) !== 0;
  if (said === bytes.length && at === said) return structure(bytes, { isClean });
  const decodable = Buffer.from(kept.join());
  decodable.writeUInt32LE(decodable.length - 8, 4);
  return structure(bytes, { decodable });
}

function chunkAt(bytes: Buffer, at: number): Chunk {
  const name = bytes.toString('latin1', at, at + 4);
  return { name, at, end: at + 8 + bytes.readUInt32LE(at + 4) };
}

/** Whether a chunk has no room for anything but the picture. Behind the data of the picture there may be some. */
function isShown(bytes: Buffer, chunk: Chunk): boolean {
  if (chunk.name === 'ANMF') return isCleanFrame(bytes, chunk);
  return chunk.end - chunk.at - 8 === (SIZES[chunk.name] ?? chunk.end - chunk.at - 8);
}

/** Whether a frame has no chunk but its picture's. */
function isCleanFrame(bytes: Buffer, frame: Chunk): boolean {
  const names: string[] = [];
  let at = frame.at + 8 + FRAME_HEADER;
  while (at + 8 <= frame.end && names.length < 2) {
    const chunk = chunkAt(bytes, at);
    if (chunk.end > frame.end) return false;
    names.push(chunk.name);
    at = chunk.end + (chunk.end % 2);
  }
  return SHOWN_IN_FRAME.test(names.join('')) && (at === frame.end || at === frame.end + 1);
}
