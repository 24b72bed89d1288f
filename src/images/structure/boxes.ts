export interface Box {
  readonly name: string;
  /** Position of the name. */
  readonly nameAt: number;
  /** Start of the content, after the header. */
  readonly content: number;
  /** End of the box (exclusive). */
  readonly end: number;
}

/** Pictures have about twenty boxes. The limit protects the memory from files of many tiny boxes. */
const MAX_BOXES = 10_000;

/**
 * Returns the boxes of a file (ISO/IEC 14496-12). In a truncated file the last one ends after the end of the
 * file.
 */
export function boxesOfFile(bytes: Buffer): Box[] {
  return boxesOf(bytes, 0, bytes.length, Infinity);
}

/**
 * Returns the boxes inside another one, starting `skip` bytes after its header. Their ends are limited to the
 * parent's end, so that no byte is read twice: oversized boxes would multiply with each level.
 */
export function boxesIn(bytes: Buffer, { content, end }: Box, skip = 0): Box[] {
  const to = Math.min(end, bytes.length);
  return boxesOf(bytes, content + skip, to, to);
}

/** Remaining bytes that are not a valid box become the last box, with an empty name. */
function boxesOf(bytes: Buffer, from: number, to: number, limit: number): Box[] {
  const boxes: Box[] = [];
  let at = from;
  while (at < to) {
    const box =
      boxes.length < MAX_BOXES
        ? boxAt(bytes, at, to)
        : { name: '', nameAt: at, content: at, end: to };
    boxes.push(box.end > limit ? { ...box, end: limit } : box);
    at = box.end;
  }
  return boxes;
}

function boxAt(bytes: Buffer, at: number, to: number): Box {
  const rest = { name: '', nameAt: at, content: at, end: to };
  if (at + 8 > Math.min(to, bytes.length)) return rest;
  const name = bytes.toString('latin1', at + 4, at + 8);
  const size = bytes.readUInt32BE(at);
  if (size >= 8) return { name, nameAt: at + 4, content: at + 8, end: at + size };
  // 0: the box extends to the end; 1: a 64-bit size follows the name.
  if (size === 0) return { name, nameAt: at + 4, content: at + 8, end: to };
  if (size !== 1 || at + 16 > bytes.length) return rest;
  const large = Number(bytes.readBigUInt64BE(at + 8));
  return large < 16 ? rest : { name, nameAt: at + 4, content: at + 16, end: at + large };
}
