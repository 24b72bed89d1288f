import sharp from 'sharp';
import { avif, picture } from '../support/pictures';
import { avifOf, box, codedPicture, gridOf, sizeOf, type AvifItem } from './avifFiles';
import { ascii, repeated, u32 } from './bytes';
import { circularExif } from './exif';
import type { HostilePicture } from './kinds';

const MEGABYTE = 1_000_000;
const SIDE = 64;

interface Additions {
  readonly items?: readonly AvifItem[];
  readonly properties?: readonly Buffer[];
  readonly extraData?: Buffer;
  readonly inMeta?: readonly Buffer[];
  readonly beforeMeta?: readonly Buffer[];
  readonly declared?: readonly [width: number, height: number];
  readonly extents?: AvifItem['extents'];
  /** The numbers of further properties of the picture. */
  readonly used?: readonly number[];
}

/** Returns a picture of 64×64 pixels with additions. The data of the additions begin at 100,000. */
async function plain(additions: Additions = {}): Promise<Buffer> {
  const { items = [], properties = [], used = [], declared = [SIDE, SIDE] } = additions;
  const { configuration, data } = await codedPicture(SIDE);
  const extents = additions.extents ?? [[0, data.length] as const];
  const { extraData, inMeta = [], beforeMeta = [] } = additions;
  const padded = Buffer.alloc(EXTRA);
  data.copy(padded);
  return avifOf({
    items: [{ id: 1, type: 'av01', extents, properties: [1, 2, ...used] }, ...items],
    properties: [sizeOf(...declared), configuration, ...properties],
    data: extraData === undefined ? data : Buffer.concat([padded, extraData]),
    inMeta,
    beforeMeta,
  });
}
const EXTRA = 100_000;

/** Returns a grid that lists one tile many times. */
async function grid(
  count: number,
  columns: number,
  [width, height]: readonly [number, number],
  tile: number,
): Promise<Buffer> {
  const background = '#888';
  const one = sharp({ create: { width: tile, height: tile, channels: 3, background } });
  const { configuration, data } = await codedPicture(tile, one);
  const list = gridOf(columns, Math.ceil(count / columns), width, height);
  const tiles = Array<number>(count).fill(2);
  return avifOf({
    items: [
      { id: 1, type: 'grid', extents: [[data.length, list.length]], properties: [1], tiles },
      { id: 2, type: 'av01', extents: [[0, data.length]], properties: [2, 3] },
    ],
    properties: [sizeOf(width, height), sizeOf(tile, tile), configuration],
    data: Buffer.concat([data, list]),
  });
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const exifItem = (exif: Buffer) => Buffer.concat([u32(0), exif]);

/** Returns boxes of which each contains the next one. */
const nested = (name: string, count: number) =>
  Buffer.concat(
    range(count).map((index) => Buffer.concat([u32((count - index) * 8), ascii(name)])),
  );

export const AVIFS: readonly HostilePicture[] = [
  {
    name: 'AVIF with 90 items of EXIF that share 8 MB',
    build: () =>
      plain({
        items: range(90).map((index) => ({
          id: index + 2,
          type: 'Exif',
          extents: [[EXTRA, 8 * MEGABYTE] as const],
        })),
        extraData: Buffer.alloc(8 * MEGABYTE),
      }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF with EXIF whose entries point back to its first directory',
    build: () => {
      const exif = exifItem(circularExif(60_000));
      return plain({
        items: [{ id: 2, type: 'Exif', extents: [[EXTRA, exif.length]] }],
        extraData: exif,
      });
    },
    expected: 'succeeds',
  },
  {
    name: 'AVIF whose picture lists the same 20 MB thirty times',
    build: () =>
      plain({
        extents: range(30).map(() => [0, 20 * MEGABYTE] as const),
        extraData: Buffer.alloc(20 * MEGABYTE),
      }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF whose items are said to have 4 GB',
    build: () => plain({ items: [{ id: 2, type: 'Exif', extents: [[0, 0xffffffff]] }] }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF with a profile of 20 MB',
    build: () =>
      plain({
        properties: [box('colr', ascii('prof'), Buffer.alloc(20 * MEGABYTE))],
        used: [3],
      }),
    expected: 'succeeds',
  },
  {
    name: 'AVIF with 65,000 properties',
    build: () => plain({ properties: [repeated(sizeOf(SIDE, SIDE), 65_000)] }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF with 9,000 items',
    build: () =>
      plain({
        items: range(9_000).map((index) => ({ id: index + 2, type: 'av01', extents: [] })),
      }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF with 9,000 empty boxes among its own',
    build: () => plain({ inMeta: [repeated(box('free'), 9_000)] }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF with 9,000 empty boxes before its own',
    build: () => plain({ beforeMeta: [repeated(box('free'), 9_000)] }),
    expected: 'succeeds',
  },
  {
    name: 'AVIF with 2,000 boxes inside each other',
    build: () => plain({ inMeta: [nested('iprp', 2_000)] }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF with 100,000 boxes inside each other before its own',
    build: () => plain({ beforeMeta: [nested('moov', 100_000)] }),
    expected: 'succeeds',
  },
  {
    name: 'AVIF of 100 tiles of 4,096×4,096 pixels on 4,096×4,096',
    build: () => grid(100, 10, [4_096, 4_096], 4_096),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF of 65,535×65,535 pixels in a grid of 65,535 tiles',
    build: () => grid(65_535, 256, [65_535, 65_535], 256),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF of a grid that is its own tile',
    build: () =>
      avifOf({
        items: [
          {
            id: 1,
            type: 'grid',
            extents: [[0, 8]],
            properties: [1],
            tiles: Array<number>(65_535).fill(1),
          },
        ],
        properties: [sizeOf(100, 100)],
        data: gridOf(256, 256, 100, 100),
      }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF of grids in grids',
    build: async () => {
      const { configuration, data } = await codedPicture(SIDE);
      const list = gridOf(10, 10, SIDE, SIDE);
      const grids = [1, 2, 3].map((id) => ({
        id,
        type: 'grid',
        extents: [[data.length, list.length] as const],
        properties: [1],
        tiles: Array<number>(100).fill(id + 1),
      }));
      return avifOf({
        items: [...grids, { id: 4, type: 'av01', extents: [[0, data.length]], properties: [1, 2] }],
        properties: [sizeOf(SIDE, SIDE), configuration],
        data: Buffer.concat([data, list]),
      });
    },
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF that declares 60,000×60,000 pixels and has 64×64',
    build: () => plain({ declared: [60_000, 60_000] }),
    expected: 'too_many_pixels',
  },
  {
    name: 'AVIF that declares 7,000×7,000 pixels and has 64×64',
    build: () => plain({ declared: [7_000, 7_000] }),
    expected: 'too_many_pixels',
  },
  {
    name: 'AVIF that declares 8×8 pixels and has 64×64',
    build: () => plain({ declared: [8, 8] }),
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF of no pixels',
    build: () => plain({ declared: [0, 0] }),
    expected: 'corrupt_image',
  },
  {
    name: 'HEIC that calls itself AVIF',
    build: async () => {
      const bytes = Buffer.from(await avif());
      const type = bytes.indexOf('av01');
      bytes.write('hvc1', type, 'latin1');
      bytes.write('hvcC', bytes.indexOf('av1C'), 'latin1');
      return bytes;
    },
    expected: 'corrupt_image',
  },
  {
    name: 'AVIF of 49 million pixels',
    build: () => picture(7_000, 7_000).avif({ effort: 0 }).toBuffer(),
    expected: 'succeeds',
    heavy: true,
  },
];
