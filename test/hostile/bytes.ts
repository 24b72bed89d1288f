import { deflateSync } from 'node:zlib';

export const ascii = (text: string) => Buffer.from(text, 'latin1');

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

export const repeated = (part: Buffer, count: number) => Buffer.alloc(part.length * count, part);

/** Returns a copy in which the bytes at a position are replaced. */
export function patched(bytes: Buffer, at: number, change: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  change.copy(copy, at);
  return copy;
}

/** Returns about a thousandth of the given number of bytes, which inflates to that many zeros. */
export const inflatingTo = (size: number) => deflateSync(Buffer.alloc(size), { level: 9 });
