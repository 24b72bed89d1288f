import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';

/** Samples per pixel by colour type: grey, RGB, palette, grey with alpha, RGB with alpha. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** Adam7: the first pixel of each pass and the distances between its pixels, horizontally and vertically. */
const PASSES = [
  [0, 0, 8, 8] as const,
  [4, 0, 8, 8] as const,
  [0, 4, 4, 8] as const,
  [2, 0, 4, 4] as const,
  [0, 2, 2, 4] as const,
  [1, 0, 2, 2] as const,
  [0, 1, 1, 2] as const,
];
const ALL = [[0, 0, 1, 1] as const];

/**
 * Whether the data of a PNG have exactly the size of its lines, and end together with its chunks.
 *
 * @param header the content of IHDR
 * @param data the contents of all IDAT chunks, in order
 */
export async function isExactPng(header: Buffer, data: readonly Buffer[]): Promise<boolean> {
  const expected = unpackedSize(header);
  const inflate = createInflate();
  let size = 0;
  try {
    for await (const part of Readable.from(data).pipe(inflate)) {
      size += (part as Buffer).length;
      if (size > expected) return false;
    }
  } catch (error) {
    if (error instanceof Error && 'errno' in error) return false;
    throw error;
  }
  const packed = data.reduce((sum, { length }) => sum + length, 0);
  return size === expected && inflate.bytesWritten === packed;
}

function unpackedSize(header: Buffer): number {
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [bits = 0, type = 0, , , interlace] = header.subarray(8);
  const pixelBits = bits * (SAMPLES[type] ?? 0);
  return (interlace === 0 ? ALL : PASSES).reduce((sum, [left, top, across, down]) => {
    const columns = Math.ceil((width - left) / across);
    const lines = Math.ceil((height - top) / down);
    // Each line begins with a byte for its filter.
    return columns > 0 && lines > 0
      ? sum + lines * (1 + Math.ceil((columns * pixelBits) / 8))
      : sum;
  }, 0);
}
