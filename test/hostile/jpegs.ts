import { picture } from '../support/pictures';
import { ascii, repeated, u16 } from './bytes';
import { circularExif, exifOf, exifWith } from './exif';
import type { HostilePicture } from './kinds';

const [SOF0, SOF2, SOF3, SOF9, DHT, SOS, DQT, DRI, COM] = [
  0xc0, 0xc2, 0xc3, 0xc9, 0xc4, 0xda, 0xdb, 0xdd, 0xfe,
];
const START = Buffer.from([0xff, 0xd8]);
const END = Buffer.from([0xff, 0xd9]);
const [APP1, APP2, APP13] = [0xe1, 0xe2, 0xed];

export const segment = (code: number, content: Buffer) =>
  Buffer.concat([Buffer.from([0xff, code]), u16(content.length + 2), content]);
const small = () => picture(8, 8).jpeg().toBuffer();
const exifSegment = (exif: Buffer) => segment(APP1, Buffer.concat([ascii('Exif\0\0'), exif]));

/** Returns a small JPEG with segments before its own. */
export async function jpegWith(...segments: readonly Buffer[]): Promise<Buffer> {
  const jpeg = await small();
  return Buffer.concat([START, ...segments, jpeg.subarray(2)]);
}

/** Returns a small JPEG with the content of its frame header changed. */
async function withFrame(change: (content: Buffer) => void, code = SOF0): Promise<Buffer> {
  const jpeg = Buffer.from(await small());
  const at = jpeg.indexOf(Buffer.from([0xff, SOF0]));
  jpeg[at + 1] = code;
  change(jpeg.subarray(at + 4));
  return jpeg;
}

const sized = (width: number, height: number, code = SOF0) =>
  withFrame((content) => {
    u16(height, width).copy(content, 1);
  }, code);

const profilePart = (number: number, count: number, content: Buffer) =>
  segment(APP2, Buffer.concat([ascii('ICC_PROFILE\0'), Buffer.from([number, count]), content]));
const oneCode = (id: number, symbol: number) =>
  segment(DHT, Buffer.from([id, 1, ...Array<number>(15).fill(0), symbol]));

/** Returns a grey progressive JPEG with many scans of a few bytes that cover all blocks. */
function emptyScans(side: number, count: number): Buffer {
  const blocks = Math.ceil(side / 8) ** 2;
  const runs = Math.ceil(blocks / 32_767);
  const bits = `0${'1'.repeat(14)}`.repeat(runs);
  const codes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1').match(/.{8}/g) ?? [];
  const data = codes.flatMap((byte) =>
    byte === '11111111' ? [255, 0] : [Number.parseInt(byte, 2)],
  );
  const scan = (bit: number) => [
    segment(SOS, Buffer.from([1, 1, 0, 1, 63, bit === 13 ? 13 : (bit + 1) * 16 + bit])),
    Buffer.from(data),
  ];
  return Buffer.concat([
    START,
    segment(DQT, Buffer.alloc(65, 1).fill(0, 0, 1)),
    segment(SOF2, Buffer.concat([Buffer.from([8]), u16(side, side), Buffer.from([1, 1, 0x11, 0])])),
    oneCode(0, 0),
    oneCode(0x10, 0xe0),
    segment(SOS, Buffer.from([1, 1, 0, 0, 0, 0])),
    Buffer.alloc(Math.ceil(blocks / 8)),
    ...Array.from({ length: count }, (_, index) => scan(Math.max(13 - index, 0))).flat(),
    END,
  ]);
}

export const JPEGS: readonly HostilePicture[] = [
  {
    name: 'JPEG with EXIF whose 5,400 entries point back to its first directory',
    build: () => jpegWith(exifSegment(circularExif(5_400))),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with EXIF of 5,000 entries for the same bytes',
    build: () => jpegWith(exifSegment(exifOf(4_500, 10_000))),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with an orientation out of range',
    build: () => jpegWith(exifSegment(exifWith(274, 9))),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with EXIF whose next directory is after its end',
    build: () => jpegWith(exifSegment(exifWith(274, 6, 0xfffffff0))),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with 90,000 comments',
    build: () => jpegWith(repeated(segment(COM, ascii('a')), 90_000)),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with 24 MB of IPTC in 370 segments',
    build: () =>
      jpegWith(
        repeated(
          segment(APP13, Buffer.concat([ascii('Photoshop 3.0\0'), Buffer.alloc(65_000)])),
          370,
        ),
      ),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with a profile of 16 MB in 255 parts',
    build: () =>
      jpegWith(
        ...Array.from({ length: 255 }, (_, index) =>
          profilePart(index + 1, 255, Buffer.alloc(65_000)),
        ),
      ),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with 90,000 parts of a profile that have the same number',
    build: () => jpegWith(repeated(profilePart(1, 255, Buffer.alloc(1)), 90_000)),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with 50,000 tables',
    build: () => {
      const table = segment(DQT, Buffer.alloc(65, 1).fill(0, 0, 1));
      return jpegWith(repeated(Buffer.concat([table, oneCode(0, 5)]), 25_000));
    },
    expected: 'succeeds',
  },
  {
    name: 'JPEG with more codes in a table than bits allow',
    build: () => jpegWith(segment(DHT, Buffer.from([0, ...Array<number>(16).fill(255)]))),
    expected: 'corrupt_image',
  },
  {
    name: 'JPEG with a restart interval of one',
    build: () => jpegWith(segment(DRI, u16(1))),
    expected: 'succeeds',
  },
  {
    name: 'JPEG with 20 MB of fill bytes before a marker',
    build: () => jpegWith(Buffer.alloc(20_000_000, 0xff)),
    expected: 'succeeds',
  },
  {
    name: 'JPEG of 8×8 pixels with 50,000 scans',
    build: () => emptyScans(8, 50_000),
    expected: 'corrupt_image',
  },
  {
    name: 'JPEG of 49 million pixels with 14 scans of a few bytes',
    build: () => emptyScans(7_000, 14),
    expected: 'succeeds',
    heavy: true,
  },
  {
    name: 'JPEG of 49 million pixels with 5,000 scans of a few bytes',
    build: () => emptyScans(7_000, 5_000),
    expected: 'corrupt_image',
    heavy: true,
  },
  {
    name: 'JPEG of 49 million pixels',
    build: () => picture(7_000, 7_000).jpeg().toBuffer(),
    expected: 'succeeds',
    heavy: true,
  },
  {
    name: 'progressive JPEG of 49 million pixels',
    build: () => picture(7_000, 7_000).jpeg({ progressive: true }).toBuffer(),
    expected: 'succeeds',
    heavy: true,
  },
  {
    name: 'JPEG that declares 65,500×65,500 pixels',
    build: () => sized(65_500, 65_500),
    expected: 'too_many_pixels',
  },
  {
    name: 'JPEG that declares 65,535×65,535 pixels, more than libjpeg reads',
    build: () => sized(65_535, 65_535),
    expected: 'corrupt_image',
  },
  {
    name: 'progressive JPEG that declares 7,000×7,000 pixels and has 64',
    build: () => sized(7_000, 7_000, SOF2),
    expected: 'corrupt_image',
  },
  {
    name: 'JPEG that declares 2,000×2,000 pixels and has 64',
    build: () => sized(2_000, 2_000),
    expected: 'corrupt_image',
  },
  { name: 'JPEG of no pixels', build: () => sized(0, 0), expected: 'corrupt_image' },
  {
    name: 'JPEG of no lines, with the number of lines to follow (DNL)',
    build: () => sized(8, 0),
    expected: 'corrupt_image',
  },
  {
    name: 'JPEG with sampling factors of 15',
    build: () => withFrame((content) => content.fill(0xff, 7, 8)),
    expected: 'corrupt_image',
  },
  {
    name: 'JPEG with 255 components',
    build: () => withFrame((content) => content.fill(255, 5, 6)),
    expected: 'corrupt_image',
  },
  {
    name: 'lossless JPEG',
    build: () => sized(8, 8, SOF3),
    expected: 'unsupported_format',
  },
  {
    name: 'JPEG with arithmetic codes that end early',
    build: () => sized(2_000, 2_000, SOF9),
    expected: 'succeeds',
  },
  {
    name: 'JPEG of CMYK with a profile for screens',
    build: async () => {
      const cmyk = await picture(8, 8).toColourspace('cmyk').jpeg().toBuffer();
      return Buffer.concat([START, profilePart(1, 1, Buffer.alloc(500)), cmyk.subarray(2)]);
    },
    expected: 'succeeds',
  },
];
