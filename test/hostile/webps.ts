import sharp from 'sharp';
import { picture } from '../support/pictures';
import { ascii, repeated } from './bytes';
import { circularExif } from './exif';
import type { HostilePicture } from './kinds';

export function webpChunk(name: string, content: Buffer): Buffer {
  const head = Buffer.from(`${name}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

export function webpOf(...chunks: readonly Buffer[]): Buffer {
  const body = Buffer.concat([ascii('WEBP'), ...chunks]);
  const head = Buffer.from('RIFF\0\0\0\0', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

const [ANIMATED, XMP, EXIF, ALPHA, PROFILE] = [2, 4, 8, 16, 32];

/** Returns the extended header. */
export function extended(width: number, height: number, flags: number): Buffer {
  const content = Buffer.alloc(10);
  content[0] = flags;
  content.writeUIntLE(width - 1, 4, 3);
  content.writeUIntLE(height - 1, 7, 3);
  return webpChunk('VP8X', content);
}

const lossy = async (width = 8, height = 8) =>
  (await picture(width, height).webp().toBuffer()).subarray(12);
const lossless = async () => (await picture(8, 8).webp({ lossless: true }).toBuffer()).subarray(12);

/** Returns a frame of 8×8 pixels. */
async function frame(x = 0): Promise<Buffer> {
  const head = Buffer.alloc(16);
  head.writeUIntLE(x, 0, 3);
  head.writeUIntLE(7, 6, 3);
  head.writeUIntLE(7, 9, 3);
  return webpChunk('ANMF', Buffer.concat([head, await lossy()]));
}

const animation = webpChunk('ANIM', Buffer.alloc(6));
const animated = async (width: number, height: number, count: number) =>
  webpOf(extended(width, height, ANIMATED), animation, repeated(await frame(), count));

/** Returns a lossless picture whose codes are replaced, as in the attacks on its Huffman tables. */
async function withCodes(fill: number, width = 8): Promise<Buffer> {
  const data = Buffer.from(await lossless());
  // The size in the header of the data: 14 bits of width and of height, less one.
  data.writeUInt32LE(((width - 1) | (7 << 14)) >>> 0, 9);
  data.fill(fill, 13);
  return webpOf(data);
}

export const WEBPS: readonly HostilePicture[] = [
  {
    name: 'WebP of 90,000 frames',
    build: () => animated(8, 8, 90_000),
    expected: 'too_many_pixels',
  },
  {
    name: 'WebP of 1,001 frames',
    build: () => animated(8, 8, 1_001),
    expected: 'too_many_pixels',
  },
  {
    name: 'WebP of 500 small frames on 7,000×7,000 pixels',
    build: () => animated(7_000, 7_000, 500),
    expected: 'too_many_pixels',
  },
  {
    name: 'WebP with a frame outside the picture',
    build: async () => webpOf(extended(8, 8, ANIMATED), animation, await frame(1_000)),
    expected: 'corrupt_image',
  },
  {
    name: 'WebP with a profile of 20 MB',
    build: async () =>
      webpOf(extended(8, 8, PROFILE), webpChunk('ICCP', Buffer.alloc(20_000_000)), await lossy()),
    expected: 'succeeds',
  },
  {
    name: 'WebP with 90,000 profiles',
    build: async () =>
      webpOf(
        extended(8, 8, PROFILE),
        repeated(webpChunk('ICCP', Buffer.alloc(2)), 90_000),
        await lossy(),
      ),
    expected: 'succeeds',
  },
  {
    name: 'WebP with 20 MB of XMP',
    build: async () =>
      webpOf(extended(8, 8, XMP), await lossy(), webpChunk('XMP ', Buffer.alloc(20_000_000))),
    expected: 'succeeds',
  },
  {
    name: 'WebP with EXIF whose entries point back to its first directory',
    build: async () =>
      webpOf(extended(8, 8, EXIF), await lossy(), webpChunk('EXIF', circularExif(60_000))),
    expected: 'succeeds',
  },
  {
    name: 'WebP with 90,000 unknown chunks',
    build: async () =>
      webpOf(
        extended(8, 8, 0),
        await lossy(),
        repeated(webpChunk('JUNK', Buffer.alloc(2)), 90_000),
      ),
    expected: 'succeeds',
  },
  {
    name: 'WebP with an extended header of 16,383×16,383 pixels around 8×8',
    build: async () => webpOf(extended(16_383, 16_383, 0), await lossy()),
    expected: 'corrupt_image',
  },
  {
    name: 'WebP with an extended header of 2^24×2^24 pixels',
    build: async () => webpOf(extended(2 ** 24, 2 ** 24, 0), await lossy()),
    expected: 'corrupt_image',
  },
  {
    name: 'WebP with an extended header of 1×1 pixels around 8×8',
    build: async () => webpOf(extended(1, 1, 0), await lossy()),
    expected: 'corrupt_image',
  },
  {
    name: 'WebP whose chunk is longer than the file',
    build: async () => {
      const bytes = webpOf(await lossy());
      bytes.writeUInt32LE(0xfffffff0, 16);
      return bytes;
    },
    expected: 'corrupt_image',
  },
  {
    name: 'WebP with transparency of random bytes',
    build: async () =>
      webpOf(
        extended(8, 8, ALPHA),
        webpChunk('ALPH', Buffer.from([1, ...Array<number>(64).fill(0xa5)])),
        await lossy(),
      ),
    expected: 'corrupt_image',
  },
  ...[0x00, 0x55, 0xaa, 0xff].map((fill) => ({
    name: `lossless WebP with code tables of ${fill.toString(16).padStart(2, '0')}`,
    build: () => withCodes(fill),
    expected: 'corrupt_image' as const,
  })),
  {
    name: 'lossless WebP that declares 16,384 pixels in width and has few codes',
    build: () => withCodes(0x5a, 16_384),
    expected: 'corrupt_image',
  },
  {
    name: 'lossless WebP of 49 million pixels in one colour',
    build: () =>
      sharp({ create: { width: 7_000, height: 7_000, channels: 3, background: '#888' } })
        .webp({ lossless: true, effort: 0 })
        .toBuffer(),
    expected: 'succeeds',
    heavy: true,
  },
];
