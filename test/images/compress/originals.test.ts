import { crc32, deflateSync, inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { IMAGE_FORMATS, type ImageFormat } from '../../../contract/formats';
import { casePicture } from '../../support/casePicture';
import { compress } from '../../support/compress';
import { HARMLESS, partsOf } from '../../support/parts';
import { picture } from '../../support/pictures';

const SECRET = 'J. Doe, 1 Elm Street';
const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/">${SECRET}</x:xmpmeta>`;

/** Pictures that no encoder makes smaller. The original would be kept if it contained nothing else. */
const smallest: Readonly<Record<ImageFormat, () => Promise<Buffer>>> = {
  jpeg: () => picture(200, 150).jpeg({ quality: 30, mozjpeg: true }).toBuffer(),
  png: () => picture(64, 48).png({ palette: true, colours: 4, compressionLevel: 9 }).toBuffer(),
  webp: () => picture(64, 48).webp({ quality: 1, effort: 6 }).toBuffer(),
  avif: () => picture(64, 48).avif({ quality: 1, chromaSubsampling: '4:2:0' }).toBuffer(),
  gif: () => Promise.resolve(casePicture('still.gif')),
  tiff: () => picture(64, 48).tiff({ compression: 'jpeg', quality: 50 }).toBuffer(),
};

function segment(marker: number, content: string): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, Buffer.from(content, 'latin1')]);
}

function pngChunk(name: string, content: string): Buffer {
  const named = Buffer.from(name + content, 'latin1');
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

function box(name: string, content: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.length);
  head.write(name, 4, 'latin1');
  return Buffer.concat([head, Buffer.from(content, 'latin1')]);
}

function riffChunk(name: string, content: string): Buffer {
  const even = content.length % 2 === 0 ? content : `${content} `;
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(even.length, 4);
  return Buffer.concat([head, Buffer.from(even, 'latin1')]);
}

const insert = (at: number, part: Buffer) => (bytes: Buffer) =>
  Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
const append = (part: Buffer) => (bytes: Buffer) => Buffer.concat([bytes, part]);
const beforeEnd = (part: Buffer, end: number) => (bytes: Buffer) =>
  insert(bytes.length - end, part)(bytes);
function inRiff(part: Buffer): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const longer = append(part)(bytes);
    longer.writeUInt32LE(longer.length - 8, 4);
    return longer;
  };
}

/** Changes the content of the only IDAT chunk of a PNG. */
const inPixels = (change: (data: Buffer) => Buffer) => (png: Buffer) => {
  const at = png.indexOf('IDAT') - 4;
  const end = at + 12 + png.readUInt32BE(at);
  const data = change(png.subarray(at + 8, end - 4)).toString('latin1');
  return Buffer.concat([png.subarray(0, at), pngChunk('IDAT', data), png.subarray(end)]);
};
const replaced = (part: string, by: string) => (bytes: Buffer) => {
  expect(bytes.includes(part)).toBe(true);
  return Buffer.from(bytes.toString('latin1').replace(part, by), 'latin1');
};
/** Inserts bytes before the second Huffman table of a progressive JPEG, where the second scan begins. */
const betweenScans = (part: Buffer) => (bytes: Buffer) => {
  const scan = bytes.indexOf(Buffer.from([0xff, 0xda]));
  return insert(bytes.indexOf(Buffer.from([0xff, 0xc4]), scan), part)(bytes);
};
/** As long as a quantisation table. */
const LONG_SECRET = SECRET.padEnd(64);
/** A table with one 8-bit code per byte of the text, for a number that no scan uses. */
const TABLE_OF_SECRET = `\x03${'\0'.repeat(7)}${String.fromCharCode(SECRET.length)}${'\0'.repeat(8)}${SECRET}`;

const DENSITY = segment(0xe0, 'JFIF\0\x01\x01\0\0\x01\0\x01\0\0');

const sub = (text: string) => String.fromCharCode(text.length) + text + '\0';
const afterEnd = append(Buffer.from(SECRET));

const HIDDEN: readonly (readonly [ImageFormat, string, (bytes: Buffer) => Buffer])[] = [
  ['jpeg', 'a comment', insert(2, segment(0xfe, SECRET))],
  ['jpeg', "a maker's segment", insert(2, segment(0xec, `Ducky ${SECRET}`))],
  ['jpeg', 'a thumbnail (JFXX)', insert(2, segment(0xe0, `JFXX\0\x13${SECRET}`))],
  ['jpeg', 'a list of further pictures (MPF)', insert(2, segment(0xe2, `MPF\0${SECRET}`))],
  ['jpeg', 'IPTC', insert(2, segment(0xed, `Photoshop 3.0\0${SECRET}`))],
  ['jpeg', 'a comment before the end', beforeEnd(segment(0xfe, SECRET), 2)],
  ['jpeg', 'bytes between segments', insert(2 + 2 + 67, Buffer.from(SECRET))],
  ['jpeg', 'bytes after the end', afterEnd],
  ['jpeg', 'bytes between its data and the end', beforeEnd(Buffer.from(SECRET), 2)],
  ['jpeg', 'bytes between two scans', betweenScans(Buffer.from(SECRET))],
  ['jpeg', 'a number of lines after the data (DNL)', beforeEnd(segment(0xdc, SECRET), 2)],
  ['jpeg', 'an unused quantisation table', insert(2, segment(0xdb, `\x03${LONG_SECRET}`))],
  ['jpeg', 'an unused Huffman table', insert(2, segment(0xc4, TABLE_OF_SECRET))],
  [
    'jpeg',
    'a Huffman table that is replaced',
    insert(2, segment(0xc4, `\0${TABLE_OF_SECRET.slice(1)}`)),
  ],
  ['jpeg', 'a second density (JFIF)', insert(2, Buffer.concat([DENSITY, DENSITY]))],
  ['png', 'a text', insert(33, pngChunk('tEXt', `Author\0${SECRET}`))],
  ['png', 'XMP', insert(33, pngChunk('iTXt', `XML:com.adobe.xmp\0\0\0\0\0${XMP}`))],
  ['png', 'EXIF after the pixels', beforeEnd(pngChunk('eXIf', `II*\0${SECRET}`), 12)],
  ['png', 'a time', insert(33, pngChunk('tIME', '\x07\xea\x0b\x1a\x0b\x2e\x0e'))],
  ['png', 'a private chunk', insert(33, pngChunk('prVt', SECRET))],
  ['png', 'an allowed chunk that is too long', insert(33, pngChunk('sBIT', SECRET))],
  ['png', 'bytes after the end', afterEnd],
  ['png', 'bytes after its compressed data', inPixels((data) => append(Buffer.from(SECRET))(data))],
  [
    'png',
    'bytes after its last line',
    inPixels((data) => deflateSync(append(Buffer.from(SECRET))(inflateSync(data)), { level: 9 })),
  ],
  ['webp', 'EXIF', inRiff(riffChunk('EXIF', `II*\0${SECRET}`))],
  ['webp', 'XMP', inRiff(riffChunk('XMP ', XMP))],
  ['webp', 'an unknown chunk', inRiff(riffChunk('JUNK', SECRET))],
  ['webp', 'bytes after the end', afterEnd],
  ['webp', 'a second picture', inRiff(riffChunk('VP8 ', SECRET))],
  ['webp', 'transparency after the picture', inRiff(riffChunk('ALPH', SECRET))],
  ['avif', 'a box of free space', append(box('free', SECRET))],
  ['avif', "a vendor's box", append(box('uuid', `0123456789abcdef${SECRET}`))],
  ['avif', 'data that no picture uses', append(box('mdat', SECRET))],
  ['avif', 'bytes after the end', afterEnd],
  ['avif', 'an unknown brand', replaced('miaf', 'Elm ')],
  ['gif', 'a comment', beforeEnd(Buffer.from(`!\xfe${sub(SECRET)}`, 'latin1'), 1)],
  ['gif', 'a text', beforeEnd(Buffer.from(`!\x01${sub(SECRET)}`, 'latin1'), 1)],
  ['gif', 'XMP', beforeEnd(Buffer.from(`!\xff\x0bXMP DataXMP${sub(SECRET)}`, 'latin1'), 1)],
  [
    'gif',
    'a loop extension that is too long',
    beforeEnd(Buffer.from(`!\xff\x0bNETSCAPE2.0${sub(SECRET)}`, 'latin1'), 1),
  ],
  ['gif', 'bytes after the end', afterEnd],
  [
    'gif',
    'bytes after the last code',
    beforeEnd(Buffer.from(sub(SECRET).slice(0, -1), 'latin1'), 2),
  ],
  ['tiff', 'bytes after the end', afterEnd],
];

describe('an original that cannot be made smaller', () => {
  // Otherwise an original with a hidden text would already be rejected because of its size.
  it.each(IMAGE_FORMATS)(
    'is smaller than the result by more than a hidden text: %s',
    async (format) => {
      const original = await smallest[format]();
      const { bytes } = await compress(append(Buffer.from('...'))(original), { quality: 100 });
      expect(bytes.length - original.length).toBeGreaterThan(SECRET.length + 12);
    },
  );

  it.each(IMAGE_FORMATS)('is kept when it contains only a picture: %s', async (format) => {
    const original = await smallest[format]();
    const { bytes } = await compress(original, { quality: 100 });
    expect(bytes.equals(original)).toBe(true);
  });

  it.each(HIDDEN)('is not kept: %s with %s', async (format, _, hide) => {
    const original = hide(await smallest[format]());
    const { bytes } = await compress(original, { quality: 100 });
    expect(bytes.equals(original)).toBe(false);
    expect(bytes.includes('Elm Street')).toBe(false);
    expect(partsOf(bytes).filter((part) => !HARMLESS[format]?.test(part))).toEqual([]);
  });

  it.each([
    'b_com-q25.jpg',
    'b_app-q25.jpg',
    'com-meta.jpg',
    'text-meta.png',
    'b_text.png',
    'described.tif',
  ])('reveals no name: %s', async (name) => {
    const { bytes } = await compress(casePicture(name), { quality: 100 });
    expect(bytes.includes('Elm Street')).toBe(false);
  });

  it.each(['b_second-jpeg-q25.jpg', 'mpo.jpg', 'b_ultrahdr.jpg'])(
    'contains no further pictures: %s',
    async (name) => {
      const { bytes } = await compress(casePicture(name), { quality: 100 });
      expect(partsOf(bytes).filter((part) => !HARMLESS['jpeg']?.test(part))).toEqual([]);
    },
  );

  it('is not kept with colours other than sRGB: Adobe RGB', async () => {
    const { bytes } = await compress(casePicture('c_adobergb-q20.jpg'), { quality: 100 });
    expect(await sharp(bytes).metadata()).toMatchObject({ hasProfile: false, space: 'srgb' });
  });

  it('is not kept with colours other than sRGB: CMYK', async () => {
    const { bytes } = await compress(casePicture('c_cmyk-q5.jpg'), { quality: 100 });
    expect(await sharp(bytes).metadata()).toMatchObject({ channels: 3, space: 'srgb' });
  });

  it.each(['jpeg.tif', 'd_anim.gif', 'still.gif'])('is kept when it is clean: %s', async (name) => {
    const original = casePicture(name);
    expect((await compress(original)).bytes.equals(original)).toBe(true);
  });

  it('is kept at the quality that it was made with', async () => {
    const original = casePicture('b_plain-q25.jpg');
    expect((await compress(original, { quality: 100 })).bytes.equals(original)).toBe(true);
  });
});

describe('a result', () => {
  const stored = (format: ImageFormat) =>
    picture(64, 48)
      .withExif({ IFD0: { Copyright: SECRET } })
      .withXmp(XMP)
      .withIccProfile('p3')
      .toFormat(format)
      .toBuffer();
  const targets = ['keep', 'jpeg', 'png', 'webp', 'avif'] as const;
  const efforts = ['fast', 'balanced', 'small'] as const;

  it.each(IMAGE_FORMATS.flatMap((from) => targets.map((to) => [from, to] as const)))(
    'contains only a picture: %s, format %s',
    async (from, to) => {
      for (const effort of efforts) {
        for (const quality of [50, 100]) {
          const { bytes, format } = await compress(await stored(from), {
            format: to,
            effort,
            quality,
          });
          expect(partsOf(bytes).filter((part) => !HARMLESS[format]?.test(part))).toEqual([]);
        }
      }
    },
  );
});
