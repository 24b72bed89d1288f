import { deflateSync } from 'node:zlib';
import { picture } from '../support/pictures';
import { pngChunk, profileChunk, withChunks } from '../support/pngChunks';
import { ascii, inflatingTo, repeated, u32 } from './bytes';
import { exifOf } from './exif';
import type { HostilePicture } from './kinds';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MEGABYTE = 1_000_000;

interface PngFields {
  readonly width: number;
  readonly height: number;
  readonly bits?: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  readonly type?: number;
  readonly interlace?: number;
  readonly before?: readonly Buffer[];
  /** The compressed lines. */
  readonly data: Buffer;
}

/** Returns a PNG with the given header, whether it fits the data or not. */
export function pngOf(fields: PngFields): Buffer {
  const { width, height, bits = 8, type = 0, interlace = 0, before = [], data } = fields;
  const header = Buffer.concat([u32(width, height), Buffer.from([bits, type, 0, 0, interlace])]);
  const end = pngChunk('IEND', Buffer.alloc(0));
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    ...before,
    pngChunk('IDAT', data),
    end,
  ]);
}

const tiny = { width: 8, height: 8, data: deflateSync(Buffer.alloc(72)) };
const small = () => picture(8, 8).png().toBuffer();
const compressedText = (name: string, prefix: string, size: number) =>
  pngChunk(name, Buffer.concat([ascii(prefix), inflatingTo(size)]));
const many = (chunk: Buffer, count: number) => [repeated(chunk, count)];
const frameControl = (sequence: number) =>
  pngChunk('fcTL', Buffer.concat([u32(sequence, 8, 8, 0, 0), Buffer.from([0, 1, 0, 1, 0, 0])]));
const lines = (width: number, height: number) => inflatingTo((width + 1) * height);

export const PNGS: readonly HostilePicture[] = [
  {
    name: 'PNG with 300 texts (zTXt) that inflate to 50 MB each',
    build: async () =>
      withChunks(await small(), ...many(compressedText('zTXt', 'a\0\0', 50 * MEGABYTE), 300)),
    expected: 'succeeds',
  },
  {
    name: 'PNG with international texts (iTXt) that inflate to 50 MB each',
    build: async () =>
      withChunks(
        await small(),
        ...many(compressedText('iTXt', 'a\0\x01\0\0\0', 50 * MEGABYTE), 100),
      ),
    expected: 'succeeds',
  },
  {
    name: 'PNG with a profile (iCCP) that inflates to 1 GB',
    build: async () => withChunks(await small(), compressedText('iCCP', 'a\0\0', 1_000 * MEGABYTE)),
    expected: 'succeeds',
    heavy: true,
  },
  {
    name: 'PNG with a profile (iCCP) that declares and inflates to 200 MB',
    build: async () => {
      const profile = Buffer.alloc(200 * MEGABYTE);
      u32(profile.length).copy(profile);
      ascii('mntrRGB XYZ ').copy(profile, 12);
      ascii('acsp').copy(profile, 36);
      return withChunks(await small(), profileChunk(profile));
    },
    expected: 'succeeds',
  },
  {
    name: 'PNG with a profile (iCCP) of random bytes',
    build: async () =>
      withChunks(await small(), profileChunk(Buffer.from('no profile'.repeat(99)))),
    expected: 'succeeds',
  },
  {
    name: 'PNG with EXIF of 5,000 entries for the same bytes',
    build: async () => withChunks(await small(), pngChunk('eXIf', exifOf(5_000, 60_000))),
    expected: 'succeeds',
  },
  {
    name: 'PNG with EXIF of 60,000 entries for the same 8 MB',
    build: async () => withChunks(await small(), pngChunk('eXIf', exifOf(60_000, 8 * MEGABYTE))),
    expected: 'succeeds',
  },
  {
    name: 'PNG with 90,000 suggested palettes (sPLT)',
    build: async () =>
      withChunks(await small(), ...many(pngChunk('sPLT', ascii('a\0\x08')), 90_000)),
    expected: 'succeeds',
  },
  {
    name: 'PNG with 90,000 chunks of EXIF',
    build: async () => withChunks(await small(), ...many(pngChunk('eXIf', exifOf(1, 8)), 90_000)),
    expected: 'succeeds',
  },
  {
    name: 'PNG with 90,000 physical sizes and backgrounds',
    build: async () =>
      withChunks(
        await small(),
        ...many(
          Buffer.concat([pngChunk('pHYs', Buffer.alloc(9)), pngChunk('bKGD', Buffer.alloc(6))]),
          45_000,
        ),
      ),
    expected: 'succeeds',
  },
  {
    name: 'PNG of more than 100,000 chunks',
    build: async () => withChunks(await small(), ...many(pngChunk('tEXt', ascii('a\0')), 100_001)),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG with pixel data in 90,000 empty chunks',
    build: () => {
      const empty = repeated(pngChunk('IDAT', Buffer.alloc(0)), 90_000);
      return pngOf({ ...tiny, before: [empty] });
    },
    expected: 'succeeds',
  },
  {
    name: 'PNG with 40,000 frames (APNG)',
    build: async () => {
      const frame = Buffer.concat([frameControl(0), pngChunk('fdAT', Buffer.alloc(8))]);
      return withChunks(await small(), pngChunk('acTL', u32(40_000, 0)), repeated(frame, 40_000));
    },
    expected: 'succeeds',
  },
  {
    name: 'PNG that declares 60,000×60,000 pixels',
    build: () => pngOf({ ...tiny, width: 60_000, height: 60_000 }),
    expected: 'too_many_pixels',
  },
  {
    name: 'PNG that declares 2^31-1 pixels per side',
    build: () => pngOf({ ...tiny, width: 0x7fffffff, height: 0x7fffffff }),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG whose width times height times channels is 2^32',
    build: () => pngOf({ ...tiny, width: 65_536, height: 16_384, type: 6 }),
    expected: 'too_many_pixels',
  },
  {
    name: 'PNG of one line of 50,000,001 pixels',
    build: () => pngOf({ ...tiny, width: 50_000_001, height: 1 }),
    expected: 'too_many_pixels',
  },
  {
    name: 'PNG of 8×8 pixels whose data inflate to 500 MB',
    build: () => pngOf({ ...tiny, data: inflatingTo(500 * MEGABYTE) }),
    expected: 'succeeds',
  },
  {
    name: 'PNG of no pixels',
    build: () => pngOf({ ...tiny, width: 0, height: 0 }),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG with a negative height',
    build: () => pngOf({ ...tiny, height: 0x80000001 }),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG of 3 bits per sample',
    build: () => pngOf({ ...tiny, bits: 3 }),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG with a palette of 300 colours',
    build: () => pngOf({ ...tiny, type: 3, before: [pngChunk('PLTE', Buffer.alloc(900))] }),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG with colours beyond its palette',
    build: () =>
      pngOf({
        ...tiny,
        type: 3,
        before: [pngChunk('PLTE', Buffer.alloc(6))],
        data: deflateSync(Buffer.alloc(72, Buffer.from([0, 9, 200, 255, 1, 2, 3, 4, 5]))),
      }),
    expected: 'succeeds',
  },
  {
    name: 'PNG without the palette that it needs',
    build: () => pngOf({ ...tiny, type: 3 }),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG with transparency longer than its palette',
    build: () =>
      pngOf({
        ...tiny,
        type: 3,
        before: [pngChunk('PLTE', Buffer.alloc(6)), pngChunk('tRNS', Buffer.alloc(60_000))],
      }),
    expected: 'succeeds',
  },
  {
    name: 'PNG whose chunk length overflows 32 bits',
    build: () => Buffer.concat([pngOf(tiny).subarray(0, 33), u32(0xfffffff4), ascii('IDATaaaa')]),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG whose data refer back beyond their window',
    build: () => pngOf({ ...tiny, data: Buffer.from('789c030233100000000000ffff', 'hex') }),
    expected: 'corrupt_image',
  },
  {
    name: 'PNG of 49 million pixels with 16 bits, interlaced',
    build: () =>
      pngOf({
        width: 7_000,
        height: 7_000,
        bits: 16,
        type: 0,
        interlace: 1,
        data: interlaced(7_000),
      }),
    expected: 'succeeds',
    heavy: true,
  },
  {
    name: 'PNG of 49 million grey pixels of one bit',
    build: () => pngOf({ width: 7_000, height: 7_000, bits: 1, data: lines(875, 7_000) }),
    expected: 'succeeds',
    heavy: true,
  },
];

/** Returns the lines of the seven passes of a square of 16-bit grey, all black. */
function interlaced(side: number): Buffer {
  const passes = [
    [8, 8],
    [8, 8],
    [4, 8],
    [4, 4],
    [2, 4],
    [2, 2],
    [1, 2],
  ] as const;
  // A multiple of eight, so that every pass divides it evenly.
  const size = passes.reduce(
    (sum, [across, down]) => sum + (side / down) * (1 + (side / across) * 2),
    0,
  );
  return inflatingTo(size);
}
