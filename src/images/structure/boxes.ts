export interface Box {
  readonly name: string;
  /** Behind the header. */
  readonly content: number;
  /** Behind the box. */
  readonly end: number;
}

/** Pictures have some twenty. A file of nothing but boxes must not fill the memory. */
const MAX_BOXES = 10_000;

/** The boxes of a file (ISO/IEC 14496-12). The last one ends behind the file where that is cut. */
export function boxesOfFile(bytes: Buffer): Box[] {
  return boxesOf(bytes, 0, bytes.length, Infinity);
}

/**
 * The boxes in another one, which begin `skip` bytes behind its header. None ends behind its parent, so that no byte
 * is read twice: boxes that claimed more would multiply with each level.
 */
export function boxesIn(bytes: Buffer, { content, end }: Box, skip = 0): Box[] {
  const to = Math.min(end, bytes.length);
  return boxesOf(bytes, content + skip, to, to);
}

/** The last one is any rest that makes no box. */
function boxesOf(bytes: Buffer, from: number, to: number, limit: number): Box[] {
  const boxes: Box[] = [];
  let at = from;
  while (at < to) {
    const box =
      boxes.length < MAX_BOXES ? boxAt(bytes, at, to) : { name: '', content: at, end: to };
    boxes.push(box.end > limit ? { ...box, end: limit } : box);
    at = box.end;
  }
  return boxes;
}

function boxAt(bytes: Buffer, at: number, to: number): Box {
  const rest = { name: '', content: at, end: to };
  if (at + 8 > Math.min(to, bytes.length)) return rest;
  const name = bytes.toString('latin1', at + 4, at + 8);
  const size = bytes.readUInt32BE(at);
  if (size >= 8) return { name, content: at + 8, end: at + size };
  // 0: up to the end; 1: in 64 bits behind the name.
  if (size === 0) return { name, content: at + 8, end: to };
  if (size !== 1 || at + 16 > bytes.length) return rest;
  const large = Number(bytes.readBigUInt64BE(at + 8));
  return large < 16 ? rest : { name, content: at + 16, end: at + large };
}
