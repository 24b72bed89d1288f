import { endsWithEndCode } from './gifData';
import { structure, type Structure, MAX_PARTS, TOO_MANY_PARTS } from './structure';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;
/** The two names of the extension with the loop count. */
const LOOPS = ['NETSCAPE2.0', 'ANIMEXTS1.0'];

/**
 * Walks CompuServe's GIF89a. libvips reads a truncated animation as one with fewer frames, the last of them half
 * transparent, so only this walk detects the truncation. It cannot detect a truncation between two frames or in a
 * comment there, which looks like a complete file without a trailer.
 */
export function walkGif(bytes: Buffer): Structure {
  if (bytes.length < 13) return structure(bytes, { fault: 'ends in its header' });
  let at = 13 + colourTable(bytes[10] ?? 0);
  /** The range of each frame's data. */
  const data: (readonly [from: number, to: number])[] = [];
  let isClean = true;
  /** A graphic control was read without its image so far. If no image follows, a frame is missing. */
  let isExpecting = false;

  let parts = 0;
  while (at < bytes.length) {
    parts += 1;
    if (parts > MAX_PARTS) return structure(bytes, { fault: TOO_MANY_PARTS });
    const block = bytes[at];
    if (block === TRAILER) {
      // A graphic control without an image before the trailer is harmless.
      isExpecting = false;
      isClean &&= at + 1 === bytes.length;
      return finish(isClean, at + 1);
    }
    if (block === EXTENSION) {
      const label = bytes[at + 1];
      const end = endOfSubBlocks(bytes, at + 2);
      if (label === GRAPHIC_CONTROL) isExpecting = true;
      if (end === null) return finish(false, at);
      isClean &&= isAllowed(bytes, at + 1, end);
      at = end;
    } else if (block === IMAGE) {
      const from = at + 10 + colourTable(bytes[at + 9] ?? 0);
      const end = endOfSubBlocks(bytes, from + 1);
      if (end === null) {
        return structure(bytes, { fault: `ends in the middle of frame ${data.length + 1}` });
      }
      data.push([from, end]);
      isExpecting = false;
      at = end;
    } else {
      // Not a block: the rest does not belong to the picture, and the trailer is missing.
      break;
    }
  }
  return finish(false, at);

  function finish(clean: boolean, end: number): Structure {
    if (data.length === 0 || isExpecting) return structure(bytes, { fault: cutAfter(data.length) });
    return structure(bytes, { isClean: clean, decodable: bytes.subarray(0, end), isExact });
  }

  async function isExact(): Promise<boolean> {
    for (const [from, to] of data) {
      if (!(await endsWithEndCode(bytes, from, to))) return false;
    }
    return true;
  }
}

function cutAfter(frames: number): string {
  return frames === 0
    ? 'ends before its first frame'
    : `ends after frame ${frames}, before the next one`;
}

/** Returns the size in bytes of the colour table that a packed field declares. */
function colourTable(packed: number): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

/** Returns the position after the empty sub-block that ends a sequence, or `null` when the file ends before. */
function endOfSubBlocks(bytes: Buffer, from: number): number | null {
  let at = from;
  while (at < bytes.length) {
    const size = bytes[at] ?? 0;
    at += 1 + size;
    if (size === 0) return at;
  }
  return null;
}

/** Whether an extension is needed to show the picture, and cannot contain anything else. */
function isAllowed(bytes: Buffer, label: number, end: number): boolean {
  const size = end - label;
  if (bytes[label] === GRAPHIC_CONTROL) return bytes[label + 1] === 4 && size === 7;
  if (bytes[label] !== APPLICATION || bytes[label + 1] !== 11) return false;
  const isLoop = LOOPS.includes(bytes.toString('latin1', label + 2, label + 13));
  // One sub-block of three bytes: a 1 and the count.
  return isLoop && bytes[label + 13] === 3 && size === 18;
}
