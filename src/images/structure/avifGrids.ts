import type { Item } from './avifItems';
import { boxesIn, type Box } from './boxes';

/** Items that are put together from others (ISO/IEC 23008-12). */
const COMPOSED = ['grid', 'iovl'];
/**
 * Tiles cover a picture once, and those at its right and bottom may end after it: together they have fewer than four
 * times its pixels.
 */
const MAX_COVER = 4;

/**
 * Whether a picture lists more tiles than it has room for. The decoder decodes each of them, as often as it is listed:
 * a file of a few hundred bytes takes minutes.
 */
export function hasSurplusTiles(
  bytes: Buffer,
  parts: readonly Box[],
  items: readonly Item[],
): boolean {
  const composed = new Map(
    items.filter(({ type }) => COMPOSED.includes(type)).map(({ id }) => [id, 0]),
  );
  if (composed.size === 0) return false;
  const areas = readAreas(bytes, parts);
  let isNested = false;
  for (const [from, to] of readReferences(bytes, parts)) {
    const sum = composed.get(from);
    if (sum === undefined) continue;
    isNested ||= composed.has(to);
    composed.set(from, sum + (areas.get(to) ?? 0));
  }
  return isNested || [...composed].some(([id, sum]) => sum > MAX_COVER * (areas.get(id) ?? 0));
}

/** Reads which items are derived from which others. */
function* readReferences(
  bytes: Buffer,
  parts: readonly Box[],
): Generator<readonly [from: number, to: number]> {
  const list = parts.find(({ name }) => name === 'iref');
  if (list === undefined) return;
  const width = bytes[list.content] === 0 ? 2 : 4;
  for (const { name, content, end } of boxesIn(bytes, list, 4)) {
    if (name !== 'dimg' || content + width + 2 > end) continue;
    const from = bytes.readUIntBE(content, width);
    const count = bytes.readUInt16BE(content + width);
    for (let index = 0; index < count; index += 1) {
      const at = content + width + 2 + index * width;
      if (at + width > end) break;
      yield [from, bytes.readUIntBE(at, width)];
    }
  }
}

/** Reads the pixels that each item declares; the largest number if it declares several. */
function readAreas(bytes: Buffer, parts: readonly Box[]): Map<number, number> {
  const areas = new Map<number, number>();
  const container = parts.find(({ name }) => name === 'iprp');
  if (container === undefined) return areas;
  const boxes = boxesIn(bytes, container);
  const properties = boxes.filter(({ name }) => name === 'ipco');
  const sizes = properties
    .slice(0, 1)
    .flatMap((box) => boxesIn(bytes, box))
    .map(({ name, content, end }) =>
      name === 'ispe' && content + 12 <= end
        ? bytes.readUInt32BE(content + 4) * bytes.readUInt32BE(content + 8)
        : 0,
    );
  for (const { name, content, end } of boxes) {
    if (name !== 'ipma' || content + 8 > end) continue;
    const idWidth = bytes[content] === 0 ? 2 : 4;
    const width = (bytes[content + 3] ?? 0) & 1 ? 2 : 1;
    const mask = width === 2 ? 0x7fff : 0x7f;
    let at = content + 8;
    while (at + idWidth + 1 <= end) {
      const id = bytes.readUIntBE(at, idWidth);
      const count = bytes[at + idWidth] ?? 0;
      at += idWidth + 1;
      for (let index = 0; index < count && at + width <= end; index += 1) {
        const size = sizes[(bytes.readUIntBE(at, width) & mask) - 1] ?? 0;
        areas.set(id, Math.max(areas.get(id) ?? 0, size));
        at += width;
      }
    }
  }
  return areas;
}
