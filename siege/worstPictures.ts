import { randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** 49 megapixels: just below `MAX_IMAGE_PIXELS`. */
const SIDE = 7_000;
const FRAMES = 900;
const FRAME_SIDE = 230;
const TEXT_CHUNKS = 400;
const TEXT_BYTES = 2 * 2 ** 20;

/** Makes the pictures that cost a decoder or an encoder most, by name. Takes some 30 s of CPU. */
export async function makeWorstPictures(): Promise<ReadonlyMap<string, Buffer>> {
  const jpeg = await blocks().jpeg({ quality: 60 }).toBuffer();
  const png = await blocks()
    .toColourspace('rgb16')
    .png({ progressive: true, compressionLevel: 1 })
    .toBuffer();
  const small = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#abc' } })
    .png()
    .toBuffer();
  return new Map([
    ['baseline.jpg', jpeg],
    ['progressive.jpg', await blocks().jpeg({ quality: 60, progressive: true }).toBuffer()],
    ['cmyk.jpg', await blocks().toColourspace('cmyk').jpeg({ quality: 60 }).toBuffer()],
    ['interlaced16.png', png],
    ['one-colour.png', await oneColour(SIDE).png().toBuffer()],
    ['one-colour.webp', await oneColour(SIDE).webp({ lossless: true, effort: 0 }).toBuffer()],
    ['one-colour.tif', await oneColour(SIDE).tiff({ compression: 'deflate' }).toBuffer()],
    ['animated.gif', await animation().gif({ effort: 1 }).toBuffer()],
    ['huge.png', withSize(small, 30_000, 30_000)],
    ['texts.png', withTexts(small)],
    ['truncated.jpg', jpeg.subarray(0, jpeg.length / 2)],
    ['truncated.png', png.subarray(0, png.length / 2)],
  ]);
}

/** Large blocks of noise: every pixel has to be encoded, and the file stays below `MAX_IMAGE_BYTES`. */
function blocks(): Sharp {
  const side = SIDE / 10;
  return sharp(randomBytes(side * side * 3), {
    raw: { width: side, height: side, channels: 3 },
  }).resize(SIDE, SIDE, { kernel: 'nearest' });
}

function oneColour(side: number): Sharp {
  return sharp({ create: { width: side, height: side, channels: 4, background: '#8a2c' } });
}

function animation(): Sharp {
  const pixels = Buffer.alloc(FRAMES * FRAME_SIDE * FRAME_SIDE * 3);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = (at >> 6) & 0xff;
  const raw = { width: FRAME_SIDE, height: FRAMES * FRAME_SIDE, channels: 3 } as const;
  return sharp(pixels, { raw: { ...raw, pageHeight: FRAME_SIDE } });
}

/** PNG: 8 bytes of signature, then the header chunk with width and height. */
const HEADER_END = 33;

function withSize(png: Buffer, width: number, height: number): Buffer {
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([png.subarray(0, 8), chunkOf('IHDR', header), png.subarray(HEADER_END)]);
}

/** Adds texts of a few KB that inflate to 800 MB. */
function withTexts(png: Buffer): Buffer {
  const text = deflateSync(Buffer.alloc(TEXT_BYTES));
  const chunk = chunkOf('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), text]));
  return Buffer.concat([
    png.subarray(0, HEADER_END),
    ...Array<Buffer>(TEXT_CHUNKS).fill(chunk),
    png.subarray(HEADER_END),
  ]);
}

function chunkOf(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
