import { ascii, repeated } from './bytes';
import type { HostilePicture } from './kinds';

/** A frame's data for one pixel: clear, colour 1, end. */
const ONE_PIXEL = Buffer.from([2, 2, 0x4c, 1, 0]);
const TRAILER = ascii(';');
const LOOP = ascii('!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0');

/** Returns a GIF with a palette of two colours. */
export function gifOf(width: number, height: number, ...blocks: readonly Buffer[]): Buffer {
  const head = ascii('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  return Buffer.concat([head, ...blocks, TRAILER]);
}

export function gifFrame(width = 1, height = 1, data = ONE_PIXEL): Buffer {
  const head = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16LE(width, 5);
  head.writeUInt16LE(height, 7);
  return Buffer.concat([head, data]);
}

/** Returns data whose sub-blocks repeat the given bytes. */
const dataOf = (codeSize: number, block: Buffer, count: number) =>
  Buffer.concat([
    Buffer.from([codeSize]),
    repeated(Buffer.concat([Buffer.from([block.length]), block]), count),
    Buffer.from([0]),
  ]);

export const GIFS: readonly HostilePicture[] = [
  {
    name: 'GIF of 99,000 frames of one pixel',
    build: () => gifOf(1, 1, repeated(gifFrame(), 99_000)),
    expected: 'too_many_pixels',
  },
  {
    name: 'GIF of 1,000 frames on 1,000×1,000 pixels',
    build: () => gifOf(1_000, 1_000, gifFrame(1_000, 1_000), repeated(gifFrame(), 999)),
    expected: 'too_many_pixels',
  },
  {
    name: 'GIF of more than 100,000 blocks',
    build: () => gifOf(1, 1, repeated(gifFrame(), 100_001)),
    expected: 'corrupt_image',
  },
  {
    name: 'GIF with 90,000 comments',
    build: () => gifOf(1, 1, repeated(ascii('!\xfe\x01a\0'), 90_000), gifFrame()),
    expected: 'succeeds',
  },
  {
    name: 'GIF with a comment of 20 MB',
    build: () =>
      gifOf(
        1,
        1,
        ascii('!\xfe'),
        repeated(Buffer.concat([Buffer.from([255]), Buffer.alloc(255, 65)]), 78_000),
        Buffer.alloc(1),
        gifFrame(),
      ),
    expected: 'succeeds',
  },
  {
    name: 'GIF with 90,000 numbers of loops',
    build: () => gifOf(1, 1, repeated(LOOP, 90_000), gifFrame()),
    expected: 'succeeds',
  },
  {
    name: 'GIF with a frame of 65,535×65,535 pixels on one pixel',
    build: () => gifOf(1, 1, gifFrame(65_535, 65_535)),
    expected: 'too_many_pixels',
  },
  {
    name: 'GIF with one pixel on 65,535×65,535 pixels',
    build: () => gifOf(65_535, 65_535, gifFrame()),
    expected: 'succeeds',
  },
  {
    name: 'GIF of no pixels',
    build: () => gifOf(0, 0, gifFrame(0, 0)),
    expected: 'succeeds',
  },
  {
    name: 'GIF with a code size of 12',
    build: () => gifOf(1, 1, gifFrame(1, 1, Buffer.from([12, 2, 0x4c, 1, 0]))),
    expected: 'corrupt_image',
  },
  {
    name: 'GIF with codes that were not defined yet',
    build: () => gifOf(64, 64, gifFrame(64, 64, dataOf(2, Buffer.alloc(255, 0xff), 20))),
    expected: 'corrupt_image',
  },
  {
    name: 'GIF of one pixel with 20 MB of data',
    build: () => gifOf(1, 1, gifFrame(1, 1, dataOf(2, Buffer.alloc(255, 0x4c), 78_000))),
    expected: 'succeeds',
  },
  {
    name: 'GIF without any palette',
    build: () => {
      const bytes = gifOf(1, 1, gifFrame());
      return Buffer.concat([bytes.subarray(0, 10), Buffer.from([0, 0, 0]), bytes.subarray(19)]);
    },
    expected: 'succeeds',
  },
];
