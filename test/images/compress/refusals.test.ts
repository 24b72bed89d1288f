import fc from 'fast-check';
import { ImageError } from '../../../src/errors';
import { compress as compressWith } from '../../../src/images/compress';
import { casePicture } from '../../support/casePicture';
import { quarters } from '../../support/colours';
import { compress, options, SOURCES } from '../../support/compress';
import { animation, corruptPhoto, picture, svg } from '../../support/pictures';
import { tiffOf } from '../../support/tiffs';
import { failure } from '../failure';

describe('compress: permanent errors', () => {
  const compressLimited = (bytes: Buffer, given = options({})) =>
    compressWith(bytes, given, { MAX_IMAGE_PIXELS: 5_000 });

  /** Returns a small PNG whose header declares a huge size. */
  async function pngDeclaring(side: number): Promise<Buffer> {
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
    const error = await failure(compressLimited(bytes));
    expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
    expect(error.message).toMatch(/at most 5000 pixels.*received 100×51$/);
  });

  it('accepts as many pixels as the limit', async () => {
    const bytes = await picture(100, 50).png().toBuffer();
    await expect(compressLimited(bytes)).resolves.toBeDefined();
  });

  it.each([1_001, 20_000, 60_000])(
    'too_many_pixels: a small file that declares %i pixels per side',
    async (side) => {
      const error = await failure(compress(await pngDeclaring(side)));
      expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
    },
  );

  it('too_many_pixels: all frames of an animation together', async () => {
    const error = await failure(compressLimited(await animation()));
    expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
    expect(error.message).toContain('60×40 in 3 frames');
  });

  it('counts only the first frame when only that is used', async () => {
    const jpeg = options({ format: 'jpeg' });
    await expect(compressLimited(await animation(), jpeg)).resolves.toBeDefined();
  });

  it.each([
    ['webp', 16_384],
    ['avif', 16_385],
    ['jpeg', 65_536],
  ] as const)('too_many_pixels: a side longer than %s can store', async (format, width) => {
    const error = await failure(compress(await picture(width, 1).png().toBuffer(), { format }));
    expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
  });

  it('shortens a side that is too long to the requested size', async () => {
    const bytes = await picture(20_000, 2).png().toBuffer();
    const compressed = await compress(bytes, { format: 'webp', max_width: 10_000 });
    expect(compressed).toMatchObject({ width: 10_000, height: 1 });
  });

  it.each([
    ['an HTML page', '<!doctype html><html><body>Not here</body></html>', 'an HTML page'],
    ['text', 'no image', 'plain text'],
    ['JSON', '{"error":"expired"}', 'JSON'],
    ['nothing', '', 'no bytes'],
    ['zeros', '\0'.repeat(100), 'bytes of an unknown format'],
    // A regular expression that backtracks would block the worker indefinitely.
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

  it.each([
    ['a JPEG with 12 bits per sample', casePicture('b_jpeg12.jpg')],
    ['a TIFF compressed with Zstandard', tiffOf({ compression: 50_000 })],
    ['a TIFF compressed with LZMA', tiffOf({ compression: 34_925 })],
    ['a TIFF compressed with method 4711', tiffOf({ compression: 4_711 })],
    ['a TIFF with 1 bit per sample in RGB', tiffOf({ colours: 2, samples: 3, bits: 1 })],
    ['a TIFF with 12 bits per sample', tiffOf({ bits: 12 })],
    ['a TIFF in CIE Lab', tiffOf({ colours: 8, samples: 3 })],
    ['a TIFF in a sensor mosaic', tiffOf({ colours: 32_803 })],
  ])('unsupported_format: %s', async (name, bytes) => {
    const error = await failure(compress(bytes));
    expect(error).toMatchObject({ code: 'unsupported_format', retryable: false });
    expect(error.message).toBe(`Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, received ${name}`);
  });

  it('corrupt_image: half of a photo', async () => {
    const error = await failure(compress(await corruptPhoto()));
    expect(error).toMatchObject({ code: 'corrupt_image', retryable: false });
    expect(error.message).toMatch(/^Expected an intact image, received a corrupt one: ./);
  });

  // The frames in the first half of an animation are complete.
  const still = () => picture(200, 150).gif().toBuffer();
  const stills = SOURCES.map(([format, source]) =>
    format === 'gif' ? ([format, still] as const) : ([format, source] as const),
  );

  it.each(stills)('corrupt_image: half of a %s', async (_, source) => {
    const bytes = await source();
    const error = await failure(compress(bytes.subarray(0, bytes.length / 2)));
    expect(error).toMatchObject({ code: 'corrupt_image', retryable: false });
  });

  it('gives damaged bytes a permanent code', async () => {
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
