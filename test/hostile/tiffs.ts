import { picture } from '../support/pictures';
import { tiffOf } from '../support/tiffs';
import type { HostilePicture } from './kinds';
import {
  directoryOf,
  FIRST,
  greyTags,
  LONG,
  RATIONAL,
  SHORT,
  TEXT,
  tiffWith,
  UNDEFINED,
  withTags,
  type TiffEntry,
} from './tiffFiles';

const MEGABYTE = 1_000_000;
const PROFILE = 34_675;
const SMALL = greyTags(2, 2);

/** Returns pages that all have the same tags. */
function pagesOf(count: number, tags: readonly TiffEntry[]): Buffer {
  const size = directoryOf(tags).length;
  const pages = Array.from({ length: count }, (_, index) =>
    directoryOf(tags, index === count - 1 ? 0 : FIRST + (index + 1) * size),
  );
  return tiffWith(Buffer.concat(pages));
}

/** Returns a BigTIFF whose only page has the given tags. */
function bigTiff(tags: readonly TiffEntry[]): Buffer {
  const bytes = Buffer.alloc(16 + 8 + tags.length * 20 + 8);
  bytes.write('II+\0\x08\0\0\0\x10', 'latin1');
  bytes.writeUInt32LE(tags.length, 16);
  for (const [index, [tag, type, count, value]] of tags.entries()) {
    const at = 24 + index * 20;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 12);
  }
  return bytes;
}

const withContent = (bytes: Buffer, size: number, content = 0) =>
  Buffer.concat([bytes, Buffer.alloc(size, content)]);

/** Returns many tags that all point to the start of the file. */
const manyTags = (count: number, first: number, type: number, size: number): TiffEntry[] =>
  Array.from({ length: count }, (_, index) => [first + index, type, size, 0]);

function tiled(width: number, height: number, compression = 1): Buffer {
  const tags = SMALL.filter(([tag]) => ![273, 278, 279].includes(tag));
  return tiffWith(
    directoryOf(
      withTags(
        tags,
        [259, SHORT, 1, compression],
        [322, LONG, 1, width],
        [323, LONG, 1, height],
        [324, LONG, 1, 0],
        [325, LONG, 1, 100],
      ),
    ),
  );
}

const changed = (...changes: readonly TiffEntry[]) =>
  tiffWith(directoryOf(withTags(SMALL, ...changes)));

export const TIFFS: readonly HostilePicture[] = [
  {
    name: 'TIFF of 99,000 pages',
    build: () => pagesOf(99_000, SMALL),
    expected: 'succeeds',
  },
  {
    name: 'TIFF of 20,000 pages that share an unknown tag of 8 MB',
    build: () =>
      withContent(
        pagesOf(20_000, withTags(SMALL, [40_000, UNDEFINED, 8 * MEGABYTE, 0])),
        8 * MEGABYTE,
      ),
    expected: 'succeeds',
  },
  {
    name: 'TIFF of 20,000 pages that share a profile of 8 MB',
    build: () =>
      withContent(
        pagesOf(20_000, withTags(SMALL, [PROFILE, UNDEFINED, 8 * MEGABYTE, 0])),
        8 * MEGABYTE,
      ),
    expected: 'succeeds',
  },
  {
    name: 'TIFF with 60,000 tags that share 8 MB',
    build: () =>
      withContent(
        tiffWith(directoryOf(withTags(SMALL, ...manyTags(60_000, 1_000, TEXT, 8 * MEGABYTE)))),
        8 * MEGABYTE,
        65,
      ),
    expected: 'succeeds',
  },
  {
    name: 'BigTIFF with 3,000 tags that share 8 MB',
    build: () =>
      withContent(
        bigTiff(withTags(SMALL, ...manyTags(3_000, 40_000, UNDEFINED, 8 * MEGABYTE))),
        8 * MEGABYTE,
      ),
    expected: 'succeeds',
  },
  {
    name: 'TIFF with 2 million sub-directories (SubIFDs)',
    build: () => withContent(changed([330, LONG, 2 * MEGABYTE, 8]), 8 * MEGABYTE),
    expected: 'succeeds',
  },
  {
    name: 'TIFF with 8 MB of bits per sample',
    build: () => withContent(changed([258, SHORT, 4 * MEGABYTE, 0]), 8 * MEGABYTE),
    expected: 'succeeds',
  },
  {
    name: 'TIFF whose only page is also the next one',
    build: () => tiffWith(directoryOf(SMALL, FIRST)),
    expected: 'succeeds',
  },
  {
    name: 'TIFF whose first page is in its header',
    build: () => Buffer.from('II*\0\0\0\0\0\0\0', 'latin1'),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF whose first page is after its end',
    build: () => Buffer.from('II*\0\xff\xff\xff\xff\0\0', 'latin1'),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF of 4 billion lines, one per strip',
    build: () => changed([257, LONG, 1, 0xffffffff], [278, LONG, 1, 1]),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF of 200,000 strips of one pixel',
    build: () => {
      const count = 200_000;
      const tags = withTags(
        greyTags(1, count),
        [273, LONG, count, 200],
        [278, LONG, 1, 1],
        [279, LONG, count, 200 + count * 4],
      );
      return Buffer.concat([
        tiffWith(directoryOf(tags)),
        Buffer.alloc(count * 8 + 200, Buffer.from([1, 0, 0, 0])),
      ]);
    },
    expected: 'succeeds',
  },
  {
    name: 'TIFF of 2×2 pixels in a tile of 65,520×65,520',
    build: () => tiled(65_520, 65_520),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF of 2×2 pixels in a tile of 2^20×2^20, compressed',
    build: () => tiled(2 ** 20, 2 ** 20, 8),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF whose tile has no pixels',
    build: () => tiled(0, 0),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF of 65,535 samples per pixel',
    build: () => changed([277, SHORT, 1, 65_535]),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF of 65,535 planes',
    build: () => changed([277, SHORT, 1, 65_535], [284, SHORT, 1, 2]),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF of 65,535×65,535 pixels with one strip of 4 bytes',
    build: () => changed([256, LONG, 1, 65_535], [257, LONG, 1, 65_535], [278, LONG, 1, 65_535]),
    expected: 'too_many_pixels',
  },
  {
    name: 'TIFF of no pixels',
    build: () => changed([256, LONG, 1, 0], [257, LONG, 1, 0]),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF whose strip is longer than the file',
    build: () => changed([279, LONG, 1, 0xffffffff]),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF with an orientation out of range',
    build: () => changed([274, SHORT, 1, 99]),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF with a density of 1/0',
    build: () => changed([282, RATIONAL, 1, 0], [283, RATIONAL, 1, 0]),
    expected: 'succeeds',
  },
  {
    name: 'TIFF compressed with old-style JPEG',
    build: () => tiffOf({ compression: 6, colours: 6, samples: 3 }),
    expected: 'unsupported_format',
  },
  {
    name: 'TIFF in LogLuv',
    build: () => tiffOf({ compression: 34_676, colours: 32_845, samples: 3, bits: 16 }),
    expected: 'succeeds',
  },
  {
    name: 'TIFF in CIE Lab',
    build: () => tiffOf({ colours: 8, samples: 3 }),
    expected: 'unsupported_format',
  },
  {
    name: 'TIFF of 1 bit per sample in RGB',
    build: () => tiffOf({ colours: 2, samples: 3, bits: 1 }),
    expected: 'unsupported_format',
  },
  {
    name: 'TIFF of 64 bits per sample',
    build: () => tiffOf({ bits: 64 }),
    expected: 'unsupported_format',
  },
  {
    name: 'TIFF whose LZW codes are random',
    build: () => tiffOf({ compression: 5, data: Buffer.alloc(128, 0xa5) }),
    expected: 'corrupt_image',
  },
  {
    name: 'TIFF whose fax codes are random',
    build: () => tiffOf({ compression: 4, bits: 1, data: Buffer.alloc(128, 0xa5) }),
    expected: 'succeeds',
  },
  {
    name: 'TIFF of 16 bits in CMYK with premultiplied transparency',
    build: async () => {
      const bytes = await picture(16, 8, 4).toColourspace('rgb16').tiff().toBuffer();
      const at = bytes.readUInt32LE(4);
      for (let entry = at + 2; entry + 12 < bytes.length; entry += 12) {
        if (bytes.readUInt16LE(entry) === 338) bytes.writeUInt16LE(1, entry + 8);
        if (bytes.readUInt16LE(entry) === 262) bytes.writeUInt16LE(5, entry + 8);
      }
      return bytes;
    },
    expected: 'corrupt_image',
  },
];
