import { boxesIn, type Box } from './boxes';

/** A range of the file, which may end after the end of the file. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

export interface Item {
  readonly id: number;
  /** `av01`, `grid`, `Exif`, … */
  readonly type: string;
  /** It has a name other than those that encoders assign. */
  readonly isNamed: boolean;
  readonly extents: readonly Extent[];
  /** The position of its type in the file. */
  readonly typeAt: number;
}

/** The number of extents of a picture with ten thousand tiles. */
const MAX_EXTENTS = 10_000;

/** Names that libavif assigns. */
const USUAL_NAMES = ['', 'Color', 'Alpha'];

/** Reads the items that a `meta` box lists. Unreadable ones are skipped. */
export function readItems(bytes: Buffer, parts: readonly Box[]): Item[] {
  const infos = parts.find(({ name }) => name === 'iinf');
  const places = parts.find(({ name }) => name === 'iloc');
  if (infos === undefined || places === undefined) return [];
  const extents = readExtents(bytes, places);
  const version = bytes[infos.content] ?? 0;
  return boxesIn(bytes, infos, version === 0 ? 6 : 8)
    .filter(({ name, content, end }) => name === 'infe' && end - content >= 12)
    .map(({ content, end }) => {
      const isLong = bytes[content] === 3;
      const id = isLong ? bytes.readUInt32BE(content + 4) : bytes.readUInt16BE(content + 4);
      const at = content + (isLong ? 10 : 8);
      const own = extents.get(id) ?? [];
      // A repeated id gets its extents only once.
      extents.delete(id);
      const [name = ''] = bytes.toString('latin1', at + 4, end).split('\0');
      return {
        id,
        type: bytes.toString('latin1', at, at + 4),
        typeAt: at,
        isNamed: !USUAL_NAMES.includes(name),
        extents: own,
      };
    });
}

/** Reads the extents of items in the file itself; items within `meta` have none here. */
function readExtents(bytes: Buffer, { content, end }: Box): Map<number, Extent[]> {
  const items = new Map<number, Extent[]>();
  const version = bytes[content] ?? 0;
  const sizes = bytes.readUInt16BE(content + 4);
  const [offset, length, base] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const index = version === 0 ? 0 : sizes & 15;
  let at = content + 6;

  function take(width: number): number {
    let value = 0;
    for (let byte = 0; byte < width; byte += 1) value = value * 256 + (bytes[at + byte] ?? 0);
    at += width;
    return value;
  }

  let read = 0;
  const count = take(version < 2 ? 2 : 4);
  for (let item = 0; item < count && at < end && read < MAX_EXTENTS; item += 1) {
    const id = take(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : take(2) & 15;
    take(2);
    const start = take(base);
    const extents = take(2);
    const list: Extent[] = [];
    for (let extent = 0; extent < extents && at < end && read < MAX_EXTENTS; extent += 1) {
      read += 1;
      take(index);
      const from = start + take(offset);
      const size = take(length);
      if (method === 0) list.push({ start: from, end: from + size });
    }
    items.set(id, list);
  }
  return items;
}
