import { crc32, deflateSync } from 'node:zlib';

export function pngChunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** Inserts chunks after the header of a PNG. */
export const withChunks = (png: Buffer, ...chunks: readonly Buffer[]) =>
  Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);

export function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

export const gamma = (value: number) => pngChunk('gAMA', numbers(value));
export const cicp = (...values: readonly number[]) => pngChunk('cICP', Buffer.from(values));
export const profileChunk = (profile: Buffer) =>
  pngChunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), deflateSync(profile)]));
export const CHROMATICITIES = {
  srgb: pngChunk('cHRM', numbers(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)),
  p3: pngChunk('cHRM', numbers(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)),
};
