/** The value of a tag: the number itself, or where the values are. */
export type TiffEntry = readonly [tag: number, type: number, count: number, value: number];

export const [BYTE, TEXT, SHORT, LONG, RATIONAL, UNDEFINED] = [1, 2, 3, 4, 5, 7];

/** Returns a directory of a little-endian TIFF. */
export function directoryOf(entries: readonly TiffEntry[], next = 0): Buffer {
  const bytes = Buffer.alloc(2 + entries.length * 12 + 4);
  bytes.writeUInt16LE(entries.length);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = 2 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  bytes.writeUInt32LE(next, bytes.length - 4);
  return bytes;
}

/** The position after the header, where {@link tiffWith} puts the first directory. */
export const FIRST = 8;

export const tiffWith = (...parts: readonly Buffer[]) =>
  Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), ...parts]);

/** Returns the tags of a grey picture whose only strip is in the header of the file, which is as good as any. */
export function greyTags(width: number, height: number): TiffEntry[] {
  return [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, 1, 8],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 1],
    [273, LONG, 1, 0],
    [277, SHORT, 1, 1],
    [278, LONG, 1, height],
    [279, LONG, 1, width * height],
  ];
}

/** Returns the tags in order, with some replaced or added. */
export function withTags(
  tags: readonly TiffEntry[],
  ...changes: readonly TiffEntry[]
): TiffEntry[] {
  const changed = changes.map(([tag]) => tag);
  return [...tags.filter(([tag]) => !changed.includes(tag)), ...changes].sort(
    ([one], [other]) => one - other,
  );
}
