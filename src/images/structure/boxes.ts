export interface Box {
  readonly name: string;
  /** Behind the header. */
  readonly content: number;
  /** Behind the box; may lie behind the end of the file. */
  readonly end: number;
}

/** Pictures have some twenty; a file of nothing but boxes shall not fill the memory. */
const MAX_BOXES = 10_000;

/** The boxes of ISO/IEC 14496-12 between two places; the last one is any rest that makes no box. */
export function boxesOf(bytes: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  let at = from;
  while (at < to) {
    const box =
      boxes.length < MAX_BOXES ? boxAt(bytes, at, to) : { name: '', content: at, end: to };
    boxes.push(box);
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
