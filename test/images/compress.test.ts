import fc from 'fast-check';
import sharp from 'sharp';
import { ImageError } from '../../src/errors';
import { createCompressor } from '../../src/images/compress';
import { EFFORTS, type CompressOptions, type ImageFormat } from '../../src/records/types';
import {
  animation,
  avif,
  corruptPhoto,
  photo,
  picture,
  pixels,
  svg,
  tiff,
  transparentPng,
  turnedPhoto,
  webp,
} from '../support/pictures';
import { failure } from './failure';

const never = new AbortController().signal;
const { compress: compressWith } = createCompressor({ MAX_IMAGE_PIXELS: 1_000_000 });

function options(given: Partial<CompressOptions>): CompressOptions {
  const defaults = { quality: 50, format: 'keep', effort: 'balanced' } as const;
  return { ...defaults, max_width: null, max_height: null, ...given };
}

const compress = (bytes: Buffer, given: Partial<CompressOptions> = {}) =>
  compressWith(bytes, options(given), never, 'a');

const opaquePng = () => picture(200, 150).png().toBuffer();

const SOURCES: readonly (readonly [ImageFormat, () => Promise<Buffer>])[] = [
  ['jpeg', photo],
  ['png', opaquePng],
  ['webp', webp],
  ['avif', avif],
  ['gif', animation],
  ['tiff', tiff],
];
const TARGETS = ['jpeg', 'png', 'webp', 'avif'] as const;

async function formatOf(bytes: Buffer): Promise<string> {
  const { format } = await sharp(bytes).metadata();
  return format === 'heif' ? 'avif' : format;
}

/** Red, green, blue, alpha of the pixel at a place, given in shares of the width and height. */
async function colourAt(bytes: Buffer, x: number, y: number, page = 0): Promise<number[]> {
  const { data, info } = await sharp(bytes, { page })
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = Math.floor(y * info.height) * info.width + Math.floor(x * info.width);
  return [...data.subarray(at * info.channels, (at + 1) * info.channels)];
}

const NAMES = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] };

/** The name of the nearest colour: no encoder keeps colours exactly. */
async function colourNameAt(bytes: Buffer, x: number, y: number, page = 0): Promise<string> {
  const colour = await colourAt(bytes, x, y, page);
  const distances = Object.entries(NAMES).map(([name, parts]) => ({
    name,
    distance: parts.reduce((sum, part, index) => sum + Math.abs(part - (colour[index] ?? 0)), 0),
  }));
  return distances.sort((a, b) => a.distance - b.distance)[0]?.name ?? '';
}

/** Quarters: red and green above, blue and white below. */
function quarters(width: number, height: number) {
  const data = Buffer.alloc(width * height * 3);
  const [red, green, blue, white] = Object.values(NAMES);
  for (let at = 0; at < width * height; at += 1) {
    const isLeft = at % width < width / 2;
    const isUpper = at < (width * height) / 2;
    const colour = isUpper ? (isLeft ? red : green) : isLeft ? blue : white;
    data.set(colour ?? [], at * 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const plain = (background: string | { r: number; g: number; b: number; alpha: number }) =>
  sharp({ create: { width: 40, height: 30, channels: 4, background } });

const movingWebp = async () =>
  sharp(await animation(), { animated: true })
    .webp()
    .toBuffer();

describe('compress: formats', () => {
  it.each(SOURCES)('keeps %s', async (format, source) => {
    const bytes = await source();
    const { width, height } = await sharp(bytes).metadata();
    const compressed = await compress(bytes);
    expect(compressed).toMatchObject({ format, width, height });
    expect(await formatOf(compressed.bytes)).toBe(format);
    expect(compressed.bytes.length).toBeLessThanOrEqual(bytes.length);
  });

  it.each(SOURCES.flatMap(([from, source]) => TARGETS.map((to) => [from, to, source] as const)))(
    'makes of %s what is asked: %s',
    async (_, to, source) => {
      const bytes = await source();
      const { width, height } = await sharp(bytes).metadata();
      const compressed = await compress(bytes, { format: to });
      expect(compressed).toMatchObject({ format: to, width, height });
      expect(await formatOf(compressed.bytes)).toBe(to);
      await expect(sharp(compressed.bytes).stats()).resolves.toBeDefined();
    },
  );

  it.each(TARGETS)('shows the same picture as %s', async (format) => {
    const { bytes } = await compress(await quarters(80, 60).png().toBuffer(), { format });
    expect(await colourNameAt(bytes, 0.2, 0.2)).toBe('red');
    expect(await colourNameAt(bytes, 0.8, 0.2)).toBe('green');
    expect(await colourNameAt(bytes, 0.2, 0.8)).toBe('blue');
    expect(await colourNameAt(bytes, 0.8, 0.8)).toBe('white');
  });

  it.each([
    ['CMYK', () => picture(64, 64).toColourspace('cmyk').jpeg().toBuffer()],
    ['16 bits', () => picture(64, 64).toColourspace('rgb16').png().toBuffer()],
  ])('makes sRGB of %s', async (_, source) => {
    const { bytes } = await compress(await source(), { format: 'jpeg' });
    expect(await sharp(bytes).metadata()).toMatchObject({ space: 'srgb', channels: 3 });
  });

  it('converts the colours of a wide-gamut picture, and drops its profile', async () => {
    const wide = await plain('#0f0').removeAlpha().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(wide).pipelineColourspace('srgb').metadata();
    expect(stored.hasProfile).toBe(true);
    const { bytes } = await compress(wide, { format: 'webp', quality: 100 });
    expect((await sharp(bytes).metadata()).hasProfile).toBe(false);
    const [red = 0, green = 0, blue = 0] = await colourAt(bytes, 0.5, 0.5);
    expect(red).toBeLessThan(20);
    expect(green).toBeGreaterThan(235);
    expect(blue).toBeLessThan(20);
  });
});

describe('compress: EXIF orientation', () => {
  // The colours that are seen in the upper corners, by EXIF's definition of each value.
  it.each([
    [1, 'red', 'green'],
    [2, 'green', 'red'],
    [3, 'white', 'blue'],
    [4, 'blue', 'white'],
    [5, 'red', 'blue'],
    [6, 'blue', 'red'],
    [7, 'white', 'green'],
    [8, 'green', 'white'],
  ])(
    '%i is applied: %s is on the left above, %s on the right',
    async (orientation, left, right) => {
      const stored = await quarters(80, 40).withMetadata({ orientation }).jpeg().toBuffer();
      const { bytes, width, height } = await compress(stored);
      expect([width, height]).toEqual(orientation < 5 ? [80, 40] : [40, 80]);
      expect(await colourNameAt(bytes, 0.2, 0.2)).toBe(left);
      expect(await colourNameAt(bytes, 0.8, 0.2)).toBe(right);
      expect((await sharp(bytes).metadata()).orientation ?? 1).toBe(1);
    },
  );

  it.each(['png', 'webp', 'tiff'] as const)('is applied to %s too', async (format) => {
    const stored = await quarters(80, 40)
      .withMetadata({ orientation: 6 })
      .toFormat(format)
      .toBuffer();
    const { bytes, width, height } = await compress(stored);
    expect([width, height]).toEqual([40, 80]);
    expect(await colourNameAt(bytes, 0.2, 0.2)).toBe('blue');
  });

  it('does not distort an animation, which cannot be turned', async () => {
    const moving = await sharp(await animation(), { animated: true })
      .withMetadata({ orientation: 6 })
      .webp()
      .toBuffer();
    expect(await compress(moving, { max_width: 30 })).toMatchObject({ width: 30, height: 20 });
  });
});

describe('compress: metadata', () => {
  const SECRET = 'somebody at 51.5 north';
  const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/">${SECRET}</x:xmpmeta>`;

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('is stripped from %s', async (format) => {
    const stored = await picture(64, 48)
      .withExif({ IFD0: { Copyright: SECRET }, IFD3: { GPSLatitudeRef: 'N' } })
      .withXmp(XMP)
      .toFormat(format)
      .toBuffer();
    expect(stored.includes(SECRET)).toBe(true);
    const { bytes } = await compress(stored);
    const { exif, xmp, iptc, icc } = await sharp(bytes).metadata();
    expect({ exif, xmp, iptc, icc }).toEqual({});
    expect(bytes.includes(SECRET)).toBe(false);
  });

  /** Inserts a JPEG segment behind the start of the image. */
  function withSegment(jpeg: Buffer, marker: number, content: Buffer): Buffer {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
  }

  /** Photoshop's resource block 0x0404: one IPTC record, a caption. */
  function iptcOf(caption: string): Buffer {
    const record = Buffer.from(`\x1c\x02\x78\0${String.fromCharCode(caption.length)}${caption}`);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(record.length);
    const pad = Buffer.alloc(record.length % 2);
    const head = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0', 'latin1');
    return Buffer.concat([head, size, record, pad]);
  }

  /** A TIFF of the same pixels whose directory points to a GPS directory (tag 0x8825). */
  async function tiffWithGps(): Promise<Buffer> {
    const plainTiff = await picture(64, 64)
      .tiff({ compression: 'deflate', predictor: 'horizontal' })
      .toBuffer();
    const old = plainTiff.readUInt32LE(4);
    const count = plainTiff.readUInt16LE(old);
    const entries = plainTiff.subarray(old + 2, old + 2 + count * 12);
    const directory = plainTiff.length + (plainTiff.length % 2);
    const gps = directory + 2 + (count + 1) * 12 + 4;
    const pointer = Buffer.alloc(12);
    pointer.writeUInt16LE(0x8825, 0);
    pointer.writeUInt16LE(4, 2);
    pointer.writeUInt32LE(1, 4);
    pointer.writeUInt32LE(gps, 8);
    const number = Buffer.from([count + 1, 0]);
    const latitudeRef = Buffer.from([1, 0, 1, 0, 2, 0, 2, 0, 0, 0, 0x4e, 0, 0, 0, 0, 0, 0, 0]);
    const start = Buffer.from(plainTiff);
    start.writeUInt32LE(directory, 4);
    const gap = Buffer.alloc(directory - plainTiff.length);
    const end = Buffer.alloc(4);
    return Buffer.concat([start, gap, number, entries, pointer, end, latitudeRef]);
  }

  const small = () => quarters(32, 32).jpeg({ quality: 1, mozjpeg: true }).toBuffer();

  it.each([
    [
      'EXIF',
      () =>
        quarters(32, 32)
          .withExif({ IFD0: { Copyright: 'C' } })
          .jpeg({ quality: 1 }),
    ],
    ['XMP', () => quarters(32, 32).withXmp('<x/>').jpeg({ quality: 1 })],
    [
      'an orientation',
      () => quarters(32, 32).withMetadata({ orientation: 3 }).jpeg({ quality: 1 }),
    ],
  ])('is never kept with the original: %s', async (_, stored) => {
    const original = await stored().toBuffer();
    const { bytes } = await compress(original, { quality: 100 });
    expect(bytes.equals(original)).toBe(false);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    expect((await sharp(bytes).metadata()).xmp).toBeUndefined();
  });

  it('is never kept with the original: IPTC', async () => {
    const original = withSegment(await small(), 0xed, iptcOf(SECRET));
    expect((await sharp(original).metadata()).iptc).toBeDefined();
    const { bytes } = await compress(original, { quality: 100 });
    expect(bytes.length).toBeGreaterThan(original.length);
    expect(bytes.includes(SECRET)).toBe(false);
  });

  it('is never kept with the original: the place in a TIFF', async () => {
    const original = await tiffWithGps();
    const { bytes } = await compress(original, { effort: 'fast' });
    expect(bytes.length).toBeGreaterThan(original.length);
  });

  it('is never kept with the original: XMP in a GIF', async () => {
    const gif = await picture(64, 64).gif({ colours: 8 }).toBuffer();
    // An application extension, before the trailer that ends the file.
    const length = String.fromCharCode(SECRET.length);
    const xmp = Buffer.from(`!\xff\x0bXMP DataXMP${length}${SECRET}\0`, 'latin1');
    const original = Buffer.concat([gif.subarray(0, -1), xmp, gif.subarray(-1)]);
    const { bytes } = await compress(original, { effort: 'fast' });
    expect(bytes.length).toBeGreaterThan(original.length);
    expect(bytes.includes(SECRET)).toBe(false);
  });
});

describe('compress: transparency', () => {
  const half = { r: 0, g: 0, b: 0, alpha: 0.5 };
  const clear = { r: 255, g: 0, b: 0, alpha: 0 };

  it.each(['png', 'webp', 'tiff'] as const)('of %s becomes white in JPEG', async (format) => {
    const source = await plain(clear)
      .toFormat(format, format === 'tiff' ? { compression: 'lzw' } : {})
      .toBuffer();
    const { bytes } = await compress(source, { format: 'jpeg' });
    expect(await colourAt(bytes, 0.5, 0.5)).toEqual([255, 255, 255, 255]);
  });

  it('lets half of the white through in JPEG', async () => {
    const { bytes } = await compress(await plain(half).png().toBuffer(), { format: 'jpeg' });
    const [red = 0] = await colourAt(bytes, 0.5, 0.5);
    expect(Math.abs(red - 127)).toBeLessThan(4);
  });

  it.each(['keep', 'png', 'webp', 'avif'] as const)('stays with %s', async (format) => {
    const { bytes } = await compress(await plain(clear).png().toBuffer(), { format });
    expect((await colourAt(bytes, 0.5, 0.5))[3]).toBe(0);
  });

  it('leaves the channels of an opaque picture alone', async () => {
    const { bytes } = await compress(await transparentPng(), { format: 'jpeg' });
    expect((await sharp(bytes).metadata()).channels).toBe(3);
  });
});

describe('compress: animation', () => {
  const sources = [
    ['gif', animation],
    ['webp', movingWebp],
  ] as const;

  it.each(
    sources.flatMap(([from, source]) =>
      (['keep', 'webp'] as const).map((to) => [from, to, source] as const),
    ),
  )('of %s goes on with %s: frames, order and pace', async (_, to, source) => {
    const { bytes, width, height } = await compress(await source(), { format: to });
    expect([width, height]).toEqual([60, 40]);
    const metadata = await sharp(bytes).metadata();
    expect(metadata).toMatchObject({ pages: 3, delay: [100, 100, 100], loop: 0 });
    const colours = [0, 1, 2].map((page) => colourNameAt(bytes, 0.5, 0.5, page));
    expect(await Promise.all(colours)).toEqual(['red', 'green', 'blue']);
  });

  it.each(['jpeg', 'png', 'avif'] as const)('becomes its first frame as %s', async (format) => {
    const compressed = await compress(await animation(), { format });
    expect(compressed).toMatchObject({ width: 60, height: 40 });
    expect((await sharp(compressed.bytes).metadata()).pages ?? 1).toBe(1);
    expect(await colourNameAt(compressed.bytes, 0.5, 0.5)).toBe('red');
  });

  it('is made smaller frame by frame', async () => {
    const compressed = await compress(await animation(), { max_width: 30 });
    expect(compressed).toMatchObject({ width: 30, height: 20, format: 'gif' });
    const metadata = await sharp(compressed.bytes, { animated: true }).metadata();
    expect(metadata).toMatchObject({ width: 30, pageHeight: 20, pages: 3 });
  });
});

describe('compress: when the result is not smaller', () => {
  const tiny = {
    jpeg: () => picture(200, 150).jpeg({ quality: 30, mozjpeg: true }).toBuffer(),
    png: () => picture(200, 150).png({ palette: true, quality: 10, effort: 10 }).toBuffer(),
    webp: () => picture(200, 150).webp({ quality: 1, effort: 6 }).toBuffer(),
    avif: () => picture(200, 150).avif({ quality: 1, effort: 4 }).toBuffer(),
  };

  it.each(Object.entries(tiny))('keeps the original %s', async (format, source) => {
    const original = await source();
    const { bytes } = await compress(original, { quality: 100 });
    expect(bytes.equals(original)).toBe(true);
    expect(await formatOf(bytes)).toBe(format);
  });

  it('keeps the original when its own format and a larger size are asked for', async () => {
    const original = await tiny.jpeg();
    const { bytes } = await compress(original, { quality: 100, format: 'jpeg', max_width: 200 });
    expect(bytes.equals(original)).toBe(true);
  });

  it('still converts when another format is asked for', async () => {
    const original = await tiny.jpeg();
    const { bytes, format } = await compress(original, { format: 'png', quality: 100 });
    expect(bytes.length).toBeGreaterThan(original.length);
    expect([format, await formatOf(bytes)]).toEqual(['png', 'png']);
  });

  it('still makes it as small as asked', async () => {
    const original = await tiny.webp();
    const compressed = await compress(original, { quality: 100, max_width: 190 });
    expect(compressed.bytes.length).toBeGreaterThan(original.length);
    expect(compressed).toMatchObject({ width: 190, height: 143 });
  });

  it('compressing again what was compressed never makes it larger', async () => {
    for (const [, source] of SOURCES) {
      const once = await compress(await source());
      const twice = await compress(once.bytes);
      expect(twice.bytes.length).toBeLessThanOrEqual(once.bytes.length);
    }
  });
});

describe('compress: max_width and max_height', () => {
  it.each([
    [100, null, 100, 75],
    [null, 60, 80, 60],
    [100, 30, 40, 30],
    [40, 200, 40, 30],
    [320, 240, 320, 240],
    [1000, 1000, 320, 240],
    [1, 1, 1, 1],
  ])('%j × %j makes 320 × 240 %i × %i', async (max_width, max_height, width, height) => {
    const compressed = await compress(await photo(), { max_width, max_height });
    expect(compressed).toMatchObject({ width, height });
    expect(await sharp(compressed.bytes).metadata()).toMatchObject({ width, height });
  });

  it('holds for the picture as it is seen, when EXIF turns it', async () => {
    const compressed = await compress(await turnedPhoto(), { max_width: 60 });
    expect(compressed).toMatchObject({ width: 60, height: 100 });
  });

  it('leaves a line at least one pixel thick', async () => {
    const line = await picture(1000, 1).png().toBuffer();
    expect(await compress(line, { max_width: 10 })).toMatchObject({ width: 10, height: 1 });
  });

  it('fits any picture in any limits, in proportion and never enlarged', async () => {
    const side = fc.integer({ min: 1, max: 120 });
    const limit = fc.option(fc.integer({ min: 1, max: 150 }));
    await fc.assert(
      fc.asyncProperty(side, side, limit, limit, async (w, h, max_width, max_height) => {
        const source = await picture(w, h).png().toBuffer();
        const { width, height } = await compress(source, { effort: 'fast', max_width, max_height });
        expect(width).toBeLessThanOrEqual(Math.min(w, max_width ?? w));
        expect(height).toBeLessThanOrEqual(Math.min(h, max_height ?? h));
        const scale = Math.min(1, (max_width ?? w) / w, (max_height ?? h) / h);
        expect(Math.abs(width - w * scale)).toBeLessThanOrEqual(1);
        expect(Math.abs(height - h * scale)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });
});

describe('compress: quality and effort', () => {
  const size = async (given: Partial<CompressOptions>) =>
    (await compress(await opaquePng(), given)).bytes.length;

  it.each(TARGETS)('makes %s smaller with less quality', async (format) => {
    const low = await size({ format, quality: 10 });
    const middle = await size({ format, quality: 50 });
    const high = await size({ format, quality: 95 });
    expect(low).toBeLessThan(middle);
    expect(middle).toBeLessThan(high);
  });

  // AVIF spends effort on quality too: its size says nothing.
  it.each(['jpeg', 'png', 'webp'] as const)('makes %s smaller with effort', async (format) => {
    expect(await size({ format, effort: 'small' })).toBeLessThan(
      await size({ format, effort: 'fast' }),
    );
  });

  it.each(SOURCES)('makes %s no larger with every step of effort', async (_, source) => {
    const original = await source();
    const sizes = await Promise.all(
      EFFORTS.map(async (effort) => (await compress(original, { effort })).bytes.length),
    );
    expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
  });

  it.each(
    SOURCES.flatMap(([format, source]) =>
      (['fast', 'balanced', 'small'] as const).map((effort) => [format, effort, source] as const),
    ),
  )('knows %s with effort %s', async (format, effort, source) => {
    const { bytes } = await compress(await source(), { effort });
    expect(await formatOf(bytes)).toBe(format);
  });

  it('loses nothing of a PNG at quality 100', async () => {
    const { bytes } = await compress(await opaquePng(), { quality: 100 });
    expect((await sharp(bytes).raw().toBuffer()).equals(pixels(200, 150))).toBe(true);
  });
});

describe('compress: what it refuses, for good', () => {
  const { compress: compressLimited } = createCompressor({ MAX_IMAGE_PIXELS: 5_000 });

  /** Says that it is huge, and is not. */
  async function boastfulPng(side: number): Promise<Buffer> {
    const bytes = await picture(16, 16).png().toBuffer();
    bytes.writeUInt32BE(side, 16);
    bytes.writeUInt32BE(side, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return bytes;
  }

  function crc32(bytes: Buffer): number {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return (crc ^ 0xffffffff) >>> 0;
  }

  it('too_many_pixels: more than the limit', async () => {
    const bytes = await picture(100, 51).png().toBuffer();
    const error = await failure(compressLimited(bytes, options({}), never, 'a'));
    expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
    expect(error.message).toMatch(/at most 5000 pixels.*received 100×51$/);
  });

  it('takes as many pixels as the limit', async () => {
    const bytes = await picture(100, 50).png().toBuffer();
    await expect(compressLimited(bytes, options({}), never, 'a')).resolves.toBeDefined();
  });

  it.each([1_001, 20_000, 60_000])(
    'too_many_pixels: a small file that says %i a side',
    async (side) => {
      const error = await failure(compress(await boastfulPng(side)));
      expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
    },
  );

  it('too_many_pixels: all frames of an animation together', async () => {
    const error = await failure(compressLimited(await animation(), options({}), never, 'a'));
    expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
    expect(error.message).toContain('60×40 in 3 frames');
  });

  it('counts only the first frame where only that is wanted', async () => {
    const jpeg = options({ format: 'jpeg' });
    await expect(compressLimited(await animation(), jpeg, never, 'a')).resolves.toBeDefined();
  });

  it.each([
    ['webp', 16_384],
    ['avif', 16_385],
    ['jpeg', 65_536],
  ] as const)('too_many_pixels: a side longer than %s can say', async (format, width) => {
    const error = await failure(compress(await picture(width, 1).png().toBuffer(), { format }));
    expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
  });

  it('makes a side that is too long as short as asked', async () => {
    const bytes = await picture(20_000, 2).png().toBuffer();
    const compressed = await compress(bytes, { format: 'webp', max_width: 10_000 });
    expect(compressed).toMatchObject({ width: 10_000, height: 1 });
  });

  it.each([
    ['an HTML page', '<!doctype html><html><body>Not here</body></html>', 'an HTML page'],
    ['text', 'no image', 'plain text'],
    ['JSON', '{"error":"expired"}', 'JSON'],
    ['nothing', '', 'no bytes'],
    ['zeros', '\0'.repeat(100), 'bytes of no known format'],
    // A pattern that may divide this in many ways would try them all, and hold up the worker for ever.
    ['a thousand comments', '<!---->'.repeat(140) + 'x', 'an HTML page'],
  ])('not_an_image: %s', async (_, content, received) => {
    const error = await failure(compress(Buffer.from(content)));
    expect(error).toMatchObject({ code: 'not_an_image', retryable: false });
    expect(error.message).toBe(`Expected an image, received ${received}`);
  });

  it.each([
    ['SVG', svg.toString()],
    [
      'SVG',
      `<?xml version="1.0"?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC "a" "b">\n${svg.toString()}`,
    ],
    ['PDF', '%PDF-1.7\n'],
    ['BMP', 'BM\x01\x02\0\0\0\0\0\0\x36\0\0\0'],
    ['ICO', '\0\0\x01\0\x01\0\x10\x10'],
    ['PSD', '8BPS\0\x01'],
    ['JPEG XL', '\xff\x0a\xfa\x1f'],
    ['JPEG XL', '\0\0\0\x0cJXL \r\n\x87\n'],
    ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
    ['PNM', 'P6\n1 1\n255\nabc'],
  ])('unsupported_format: %s', async (name, content) => {
    const error = await failure(compress(Buffer.from(content, 'latin1')));
    expect(error).toMatchObject({ code: 'unsupported_format', retryable: false });
    expect(error.message).toBe(`Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, received ${name}`);
  });

  it('unsupported_format: HEIC', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    expect(await failure(compress(heic))).toMatchObject({ code: 'unsupported_format' });
  });

  it('corrupt_image: a photo of which half came', async () => {
    const error = await failure(compress(await corruptPhoto()));
    expect(error).toMatchObject({ code: 'corrupt_image', retryable: false });
    expect(error.message).toMatch(/^Expected a whole image, received a broken one: ./);
  });

  // Of an animation the frames that came are whole.
  const still = () => picture(200, 150).gif().toBuffer();
  const stills = SOURCES.map(([format, source]) =>
    format === 'gif' ? ([format, still] as const) : ([format, source] as const),
  );

  it.each(stills)('corrupt_image: half of a %s', async (_, source) => {
    const bytes = await source();
    const error = await failure(compress(bytes.subarray(0, bytes.length / 2)));
    expect(error).toMatchObject({ code: 'corrupt_image', retryable: false });
  });

  it('calls whatever is wrong with damaged bytes by a permanent code', async () => {
    const sources = await Promise.all(
      (['jpeg', 'png', 'webp', 'gif', 'tiff'] as const).map((format) =>
        quarters(24, 16).toFormat(format).toBuffer(),
      ),
    );
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sources),
        damage,
        fc.option(fc.nat()),
        async (source, changes, cut) => {
          const bytes = Buffer.from(source);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          const damaged = bytes.subarray(0, cut === null ? bytes.length : cut % bytes.length);
          const outcome = await compress(damaged, { effort: 'fast' }).catch(
            (reason: unknown) => reason,
          );
          if ((outcome as { bytes?: Buffer }).bytes !== undefined) return;
          expect(outcome).toBeInstanceOf(ImageError);
          expect(outcome).toMatchObject({ retryable: false });
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('compress: admission', () => {
  it('gives the reason when aborted before work began', async () => {
    const reason = new Error('cancelled');
    const aborted = compressWith(await photo(), options({}), AbortSignal.abort(reason), 'a');
    await expect(aborted).rejects.toBe(reason);
  });

  it('goes on after any mixture of pictures that succeed, fail and are aborted', async () => {
    const { compress: compressFew } = createCompressor({ MAX_IMAGE_PIXELS: 320 * 240 });
    const [whole, broken] = [await photo(), await corruptPhoto()];
    const kind = fc.constantFrom('whole', 'broken', 'aborted');
    await fc.assert(
      fc.asyncProperty(fc.array(kind, { minLength: 5, maxLength: 20 }), async (kinds) => {
        const work = kinds.map(async (one) => {
          const controller = new AbortController();
          if (one === 'aborted') {
            setImmediate(() => {
              controller.abort();
            });
          }
          await compressFew(one === 'broken' ? broken : whole, options({}), controller.signal, 'a');
        });
        await Promise.allSettled(work);
        await expect(compressFew(whole, options({}), never, 'a')).resolves.toBeDefined();
      }),
      { numRuns: 10 },
    );
  });
});
