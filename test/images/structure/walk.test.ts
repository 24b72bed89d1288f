import fc from 'fast-check';
import sharp from 'sharp';
import { readJpegData } from '../../../src/images/structure/jpegData';
import { walk } from '../../../src/images/structure/walk';
import { IMAGE_FORMATS, type ImageFormat } from '../../../contract/formats';
import { casePicture } from '../../support/casePicture';
import { measured } from '../../support/effort';
import { animation, avif, picture } from '../../support/pictures';
import { tiffOf } from '../../support/tiffs';
import { numbers, pngChunk, withChunks } from '../../support/pngChunks';

const samples: Readonly<Record<ImageFormat, () => Promise<Buffer>>> = {
  jpeg: () => picture(40, 30).jpeg({ progressive: true }).withXmp('<x/>').toBuffer(),
  png: () => picture(40, 30, 4).png().withXmp('<x/>').toBuffer(),
  webp: async () =>
    sharp(await animation(), { animated: true })
      .webp()
      .toBuffer(),
  avif,
  gif: animation,
  tiff: () => picture(40, 30).tiff({ compression: 'jpeg' }).toBuffer(),
};

const repeated = (head: string, part: string, bytes: number) =>
  Buffer.from(head + part.repeat(Math.floor(bytes / part.length)), 'latin1');
const MANY = 8_000_000;

/** A progressive JPEG of 7,000×7,000 pixels whose scans mark all blocks as empty in a few bytes. */
function emptyScans(count: number): Buffer {
  const part = (marker: number, content: readonly number[]) =>
    Buffer.from([0xff, marker, 0, content.length + 2, ...content]);
  const side = [7_000 >> 8, 7_000 & 255];
  const one = (id: number, symbol: number) => [id, 1, ...Array<number>(15).fill(0), symbol];
  // One bit for the symbol (a run of 16,384 blocks) and 14 bits for the additional blocks.
  const runs = Math.ceil(875 ** 2 / 32_767);
  const bits = `0${'1'.repeat(14)}`.repeat(runs);
  const data = (bits.padEnd(Math.ceil(bits.length / 8) * 8, '1').match(/.{8}/g) ?? []).flatMap(
    (byte) => (byte === '11111111' ? [255, 0] : [Number.parseInt(byte, 2)]),
  );
  const scan = (bit: number) => [
    part(0xda, [1, 1, 0, 1, 63, bit === 13 ? 13 : (bit + 1) * 16 + bit]),
    Buffer.from(data),
  ];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    part(0xdb, [0, ...Array<number>(64).fill(1)]),
    part(0xc2, [8, ...side, ...side, 1, 1, 0x11, 0]),
    part(0xc4, one(0x10, 0xe0)),
    ...Array.from({ length: count }, (_, index) => scan(Math.max(13 - index, 0))).flat(),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** Files that consist of the smallest parts of a format, or of parts that point to the same position. */
function hostile(): [string, ImageFormat, Buffer][] {
  const frame = '\xff\xc2\0\x11\x08\0\x10\0\x10\x03\x01\x11\0\x02\x11\0\x03\x11\0';
  const scan = '\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0';
  const header = casePicture('photo.png').toString('latin1', 0, 33);
  const tiff = repeated(
    'II*\0\x08\0\0\0\xff\xff',
    '\x11\x01\x04\0\0\0\x10\0\x08\0\0\0',
    65_535 * 12,
  );
  const meta = (content: string) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(content.length + 12);
    return `\0\0\0\x18ftypavif\0\0\0\0avifmif1${size.toString('latin1')}meta\0\0\0\0${content}`;
  };
  const boxed = (name: string, content: string) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(content.length + 8);
    return size.toString('latin1') + name + content;
  };
  const ofTables = (entries: number, segments: number) => {
    const directory = Buffer.alloc(2 + entries * 12 + 4);
    directory.writeUInt16LE(entries);
    const tables = Buffer.from(`\xff\xd8${'\xff\xdb\0\x02'.repeat(segments)}\xff\xd9`, 'latin1');
    for (let at = 2; at + 12 <= directory.length; at += 12) {
      directory.writeUInt16LE(347, at);
      directory.writeUInt16LE(7, at + 2);
      directory.writeUInt32LE(tables.length, at + 4);
      directory.writeUInt32LE(8 + directory.length, at + 8);
    }
    // The only entry with the position of the strip is required.
    for (const [index, tag] of [273, 279].entries()) {
      directory.writeUInt16LE(tag, 2 + index * 12);
      directory.writeUInt16LE(4, 4 + index * 12);
      directory.writeUInt32LE(1, 6 + index * 12);
      directory.writeUInt32LE(1, 10 + index * 12);
    }
    return Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), directory, tables]);
  };
  const infos = '\0\0\0\x15infe\x02\0\0\0\0\x01\0\0av01\0'.repeat(100_000);
  const extents = '\0\0'.repeat(2_000_000);
  return [
    ['segments without content', 'jpeg', repeated('\xff\xd8', '\xff\xe1\0\x02', MANY)],
    ['scans without data', 'jpeg', repeated(`\xff\xd8${frame}`, scan, MANY)],
    ['restart markers', 'jpeg', repeated(`\xff\xd8${frame}${scan}`, '\xff\xd0', MANY)],
    ['fill bytes before markers', 'jpeg', repeated('\xff\xd8', '\xff', MANY)],
    ['chunks without content', 'png', repeated(header, '\0\0\0\0tEXt\0\0\0\0', MANY)],
    ['pixel chunks without pixels', 'png', repeated(header, '\0\0\0\0IDAT\0\0\0\0', MANY)],
    ['sub-blocks of one byte', 'gif', repeated('GIF89a\x01\0\x01\0\0\0\0!\xfe', '\x01a', MANY)],
    ['extensions without content', 'gif', repeated('GIF89a\x01\0\x01\0\0\0\0', '!\xf9\0', MANY)],
    ['chunks without content', 'webp', repeated('RIFF\xff\xff\xff\x7fWEBP', 'JUNK\0\0\0\0', MANY)],
    [
      'boxes without content',
      'avif',
      repeated('\0\0\0\x18ftypavif\0\0\0\0avifmif1', '\0\0\0\x08free', MANY),
    ],
    [
      'items with one id and extents without size',
      'avif',
      Buffer.from(
        meta(
          boxed('iloc', `\0\0\0\0\0\0\xff\xff\0\x01\0\0\xff\xff${extents}`) +
            boxed('iinf', `\0\0\0\0\xff\xff${infos}`),
        ),
        'latin1',
      ),
    ],
    [
      'boxes that claim to end after their parent',
      'avif',
      Buffer.from(
        meta('') + '\0\0\0\x10moov\x7f\0\0\0trak'.repeat(500) + '\0\0\0\x08mdia'.repeat(12_000),
        'latin1',
      ),
    ],
    [
      'properties that claim to end after their parent',
      'avif',
      Buffer.from(
        meta('\0\0\0\x10iprp\x7f\0\0\0ipco'.repeat(500) + '\0\0\0\x08ispe'.repeat(12_000)),
        'latin1',
      ),
    ],
    [
      'nested boxes that claim to end after their parent',
      'avif',
      Buffer.from(
        meta('') +
          boxed('moov', '\0\0\0\x10trak\x7f\0\0\0mdia'.repeat(500)) +
          '\0\0\0\x08minf'.repeat(12_000),
        'latin1',
      ),
    ],
    ['entries that point to the same tables', 'tiff', ofTables(2_000, 100_000)],
    ['entries that point to the same small tables', 'tiff', ofTables(60_000, 1_000)],
    ['entries that point to the same strips', 'tiff', Buffer.concat([tiff, Buffer.alloc(MANY)])],
  ];
}

describe('a walk over untrusted bytes', () => {
  it.each(IMAGE_FORMATS)('never throws: damaged %s', async (format) => {
    const bytes = await samples[format]();
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), fc.nat(bytes.length), (changes, cut) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of changes) damaged[at] = value;
        const { decodable } = walk(damaged.subarray(0, cut), format);
        expect(decodable.length).toBeLessThanOrEqual(bytes.length + 1_024);
      }),
      { numRuns: 500 },
    );
  });

  it.each(IMAGE_FORMATS)('never throws: any bytes as %s', (format) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(walk(Buffer.from(bytes), format)).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  it('passes no text of a PNG to the decoder, whatever its colour chunks', () => {
    const bomb = pngChunk('zTXt', Buffer.from('a\0\0unpacked'));
    const colours = fc.tuple(
      fc.constantFrom('gAMA', 'cHRM', 'cICP', 'iCCP', 'sRGB', 'acTL', 'IHDR'),
      fc.oneof(
        fc.constantFrom(0, 1, 2, 0x7fffffff, 0xffffffff).map((value) => numbers(value)),
        fc.uint8Array({ maxLength: 40 }).map((content) => Buffer.from(content)),
      ),
    );
    fc.assert(
      fc.property(fc.array(colours, { maxLength: 4 }), (chunks) => {
        const parts = chunks.map(([name, content]) => pngChunk(name, content));
        const { fault, decodable } = walk(
          withChunks(casePicture('photo.png'), ...parts, bomb),
          'png',
        );
        expect(fault ?? decodable.includes('zTXt')).not.toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws while it reads every code of a damaged JPEG', async () => {
    const bytes = casePicture('restarts-progressive.jpg');
    expect((await readJpegData(bytes))?.bytes.equals(bytes)).toBe(true);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), async (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of changes) damaged[at] = value;
        const data = await readJpegData(damaged);
        expect(data === null || data.bytes.length <= damaged.length).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('detects bytes between the codes of the JPEGs in a TIFF', async () => {
    const jpeg = await picture(16, 8).greyscale().jpeg().toBuffer();
    const longer = Buffer.concat([
      jpeg.subarray(0, -2),
      Buffer.from('Elm Street'),
      jpeg.subarray(-2),
    ]);
    for (const [data, isExact] of [[jpeg, true] as const, [longer, false] as const]) {
      const { isClean, isExact: check } = walk(tiffOf({ compression: 7, data }), 'tiff');
      expect([isClean, await check?.()]).toEqual([true, isExact]);
    }
  });

  it('passes nothing to the decoder when a part cannot be read', () => {
    const [box, empty] = ['\0\0\0\x08', '\0\0\0\x1cmeta\0\0\0\0'];
    const type = '\0\0\0\x18ftypavif\0\0\0\0avifmif1';
    const bytes = Buffer.from(`${type}${empty}${box}iinf${box}iloc`, 'latin1');
    expect(walk(bytes, 'avif').fault).toBe('has parts that cannot be read');
  });

  it.each([1, 3, 5, 9, 33])('computes the size of the lines of a PNG: %i wide', async (width) => {
    for (const progressive of [false, true]) {
      for (const height of [1, 2, 7, 30]) {
        const pngs = [
          picture(width, height).png({ progressive }),
          picture(width, height, 4).png({ progressive }),
          picture(width, height).greyscale().png({ progressive }),
          picture(width, height).toColourspace('rgb16').png({ progressive }),
          ...[2, 4, 16, 256].map((colours) =>
            picture(width, height).png({ progressive, palette: true, colours }),
          ),
        ];
        for (const png of pngs) {
          const { isExact } = walk(await png.toBuffer(), 'png');
          expect(await isExact?.()).toBe(true);
        }
      }
    }
  });

  it('detects TIFF tags with too many numbers', async () => {
    const tiff = await picture(64, 48).tiff({ compression: 'deflate' }).toBuffer();
    expect(walk(tiff, 'tiff').isClean).toBe(true);
    const longer = Buffer.from(tiff);
    const directory = tiff.readUInt32LE(4);
    const entries = Array.from(
      { length: tiff.readUInt16LE(directory) },
      (_, index) => directory + 2 + index * 12,
    );
    const resolution = entries.find((at) => tiff.readUInt16LE(at) === 282) ?? 0;
    longer.writeUInt32LE(3, resolution + 4);
    expect(walk(longer, 'tiff').isClean).toBe(false);
  });

  it('reads a JPEG with many empty scans in proportional time', async () => {
    const jpeg = emptyScans(97);
    const { value, effort } = await measured(() => readJpegData(jpeg));
    expect(value).toBeNull();
    expect(effort).toBeLessThan(60);
  });

  it.each(hostile())('takes time proportional to the size: %s, %s', async (_, format, bytes) => {
    const { effort } = await measured(() => walk(bytes, format));
    expect(effort).toBeLessThan(40);
  });
});
