import sharp from 'sharp';
import { inspect } from '../../../src/images/inspect';
import { walk } from '../../../src/images/structure/walk';
import type { ImageFormat } from '../../../contract/formats';
import { avifOf, box, codedPicture, gridOf, sizeOf } from '../../hostile/avifFiles';
import { ascii, repeated } from '../../hostile/bytes';
import { circularExif, exifOf, exifWith } from '../../hostile/exif';
import { jpegWith, segment } from '../../hostile/jpegs';
import {
  directoryOf,
  FIRST,
  greyTags,
  LONG,
  tiffWith,
  UNDEFINED,
  withTags,
} from '../../hostile/tiffFiles';
import { extended, webpChunk, webpOf } from '../../hostile/webps';
import { movingWebp } from '../../support/compress';
import { picture } from '../../support/pictures';
import { pngChunk, withChunks } from '../../support/pngChunks';

const PREFIX = ascii('Exif\0\0');
const WITH_EXIF = 8;

const withExif = {
  jpeg: (...all: readonly Buffer[]) =>
    jpegWith(...all.map((exif) => segment(0xe1, Buffer.concat([PREFIX, exif])))),
  png: async (...all: readonly Buffer[]) =>
    withChunks(await picture(8, 8).png().toBuffer(), ...all.map((exif) => pngChunk('eXIf', exif))),
  webp: async (...all: readonly Buffer[]) => {
    const still = (await picture(8, 8).webp().toBuffer()).subarray(12);
    const chunks = all.map((exif) => webpChunk('EXIF', exif));
    return webpOf(extended(8, 8, WITH_EXIF), still, ...chunks);
  },
};
const FORMATS = ['jpeg', 'png', 'webp'] as const;

const orientationOf = async (bytes: Buffer) => (await sharp(bytes).metadata()).orientation ?? 1;

/** Returns EXIF with an orientation of a type and count, in one of the two byte orders. */
function typed(type: number, count: number, value: number, isLittle: boolean): Buffer {
  const exif = exifWith(274, value);
  exif.writeUInt16LE(type, 12);
  exif.writeUInt32LE(count, 14);
  if (isLittle) return exif;
  const big = Buffer.alloc(exif.length);
  big.write('MM\0*', 'latin1');
  big.writeUInt32BE(8, 4);
  big.writeUInt16BE(1, 8);
  big.writeUInt16BE(274, 10);
  big.writeUInt16BE(type, 12);
  big.writeUInt32BE(count, 14);
  if ([1, 2, 6, 7].includes(type)) big.writeUInt8(value, 18);
  else if ([3, 8].includes(type)) big.writeUInt16BE(value, 18);
  else big.writeUInt32BE(value, 18);
  return big;
}

describe('EXIF that is passed to the decoder', () => {
  it.each(FORMATS)('has the orientation of the file, and nothing else: %s', async (format) => {
    for (const type of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      for (const [count, value] of [
        [1, 6] as const,
        [1, 9] as const,
        [1, 0] as const,
        [3, 8] as const,
      ]) {
        // More than four bytes are a position, which is another kind of fault.
        if (count === 3 && type !== 3) continue;
        for (const isLittle of [true, false]) {
          const bytes = await withExif[format](typed(type, count, value, isLittle));
          const { decodable } = walk(bytes, format);
          const expected = await orientationOf(bytes);
          expect([type, count, value, isLittle, await orientationOf(decodable)]).toEqual([
            type,
            count,
            value,
            isLittle,
            expected,
          ]);
        }
      }
    }
  });

  it.each(FORMATS)('is the first of several: %s', async (format) => {
    for (const pair of [
      [exifWith(274, 6), exifWith(274, 3)] as const,
      [exifWith(271, 0), exifWith(274, 6)] as const,
    ]) {
      const bytes = await withExif[format](...pair);
      expect(await orientationOf(walk(bytes, format).decodable)).toBe(await orientationOf(bytes));
    }
  });

  it('may begin with the prefix of JPEG in a WebP', async () => {
    const bytes = await withExif.webp(Buffer.concat([PREFIX, exifWith(274, 6)]));
    expect(await orientationOf(walk(bytes, 'webp').decodable)).toBe(6);
  });

  it.each(FORMATS)('does not grow with the file: %s', async (format) => {
    const empty = (await withExif[format]()).length;
    for (const exif of [circularExif(5_000), exifOf(100, 50_000)]) {
      const { decodable } = walk(await withExif[format](exif), format);
      expect(decodable.length).toBeLessThan(empty + 100);
    }
  });

  it.each([0, 1, 8, 12, 20, 21, 25])('may be cut off after %i bytes', async (length) => {
    for (const format of FORMATS) {
      const bytes = await withExif[format](exifWith(274, 6).subarray(0, length));
      expect(walk(bytes, format).fault).toBeNull();
    }
  });
});

describe('parts that are not the picture', () => {
  const secret = 'Elm Street';

  async function decodableOf(bytes: Buffer, format: ImageFormat): Promise<Buffer> {
    const { fault, decodable } = walk(bytes, format);
    expect(fault).toBeNull();
    // The decoder still reads the picture.
    await sharp(decodable).raw().toBuffer();
    return decodable;
  }

  it.each([0xe0, 0xe1, 0xe2, 0xe5, 0xed, 0xef, 0xfe])(
    'do not reach the decoder: segment %i of a JPEG',
    async (code) => {
      const bytes = await jpegWith(segment(code, ascii(secret)));
      expect((await decodableOf(bytes, 'jpeg')).includes(secret)).toBe(false);
    },
  );

  it.each(['XMP ', 'JUNK'])('do not reach the decoder: chunk %s of a WebP', async (name) => {
    const still = (await picture(8, 8).webp().toBuffer()).subarray(12);
    const bytes = webpOf(extended(8, 8, 4), still, webpChunk(name, ascii(secret)));
    expect((await decodableOf(bytes, 'webp')).includes(secret)).toBe(false);
  });

  it('do not reach the decoder: huge profiles', async () => {
    const profile = Buffer.alloc(9_000_000);
    const still = (await picture(8, 8).webp().toBuffer()).subarray(12);
    const webp = webpOf(extended(8, 8, 32), webpChunk('ICCP', profile), still);
    const { configuration, data } = await codedPicture(64);
    const avif = avifOf({
      items: [{ id: 1, type: 'av01', extents: [[0, data.length]], properties: [1, 2, 3] }],
      properties: [sizeOf(64, 64), configuration, box('colr', ascii('prof'), profile)],
      data,
    });
    const tags = withTags(greyTags(2, 2), [34_675, UNDEFINED, profile.length, 0]);
    const tiff = Buffer.concat([tiffWith(directoryOf(tags)), profile]);
    for (const [format, bytes] of [
      ['webp', webp],
      ['avif', avif],
      ['tiff', tiff],
    ] as const) {
      const decodable = await decodableOf(bytes, format);
      expect((await sharp(decodable).metadata()).icc).toBeUndefined();
    }
  });

  it('do not reach the decoder: further pages and unknown tags of a TIFF', async () => {
    const tags = withTags(greyTags(2, 2), [40_000, UNDEFINED, 4, 0x12345678], [330, LONG, 1, 8]);
    const size = directoryOf(tags).length;
    const bytes = tiffWith(directoryOf(tags, FIRST + size), directoryOf(tags));
    const decodable = await decodableOf(bytes, 'tiff');
    const { pages = 1 } = await sharp(decodable).metadata();
    expect([pages, decodable.readUInt16LE(FIRST)]).toEqual([1, greyTags(2, 2).length]);
    expect(await inspect(bytes)).toMatchObject({ frames: 1, framesInFile: 2 });
  });

  it('are counted, but not all passed to the decoder: frames of a WebP', async () => {
    const moving = await movingWebp();
    const at = moving.indexOf('ANMF');
    const frame = moving.subarray(at, at + 8 + moving.readUInt32LE(at + 4));
    const bytes = webpOf(moving.subarray(12, at), repeated(frame, 12_000));
    expect(await inspect(bytes)).toMatchObject({ frames: 10_000, framesInFile: 12_000 });
  });
});

describe('the tiles of an AVIF', () => {
  async function gridFault(columns: number, side: number): Promise<string | null> {
    const { configuration, data } = await codedPicture(64);
    const list = gridOf(columns, columns, side, side);
    const count = columns * columns;
    const tiles = Array<number>(count).fill(2);
    const bytes = avifOf({
      items: [
        { id: 1, type: 'grid', extents: [[data.length, list.length]], properties: [1], tiles },
        { id: 2, type: 'av01', extents: [[0, data.length]], properties: [2, 3] },
      ],
      properties: [sizeOf(side, side), sizeOf(64, 64), configuration],
      data: Buffer.concat([data, list]),
    });
    return walk(bytes, 'avif').fault;
  }

  it('may be as many as its picture has room for', async () => {
    expect(await gridFault(4, 256)).toBeNull();
    expect(await gridFault(2, 65)).toBeNull();
  });

  it('are refused when they are more', async () => {
    expect(await gridFault(4, 100)).toBe('has more tiles than its picture has room for');
  });
});
