import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { ImageError } from '../../../src/errors';
import { casePicture } from '../../support/casePicture';
import { compress, EXACT } from '../../support/compress';
import { animation, picture } from '../../support/pictures';
import { FIRST_PAGE, tiffOf } from '../../support/tiffs';
import { failure } from '../failure';

/** Removes the last two bytes, the end marker. */
const withoutEnd = (jpeg: Buffer) => jpeg.subarray(0, -2);
const wholeJpeg = () => casePicture('samsung-sos.jpg');

/** Decodes the pixels with a decoder that ignores all errors. */
const shown = (bytes: Buffer) =>
  sharp(bytes, { failOn: 'none' }).toColourspace('srgb').raw().toBuffer();

async function pixelsOf(bytes: Buffer): Promise<Buffer> {
  return sharp((await compress(bytes, EXACT)).bytes)
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}

const junk = Buffer.from([0, 0x12, 0x34]);
const trailer = Buffer.from('SEFHe\0\0\0\x01\0\0\0Image_UTC_Data1700000000SEFT', 'latin1');

/** Inserts bytes before every marker of a JPEG except the first two. */
function beforeMarkers(jpeg: Buffer, part: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 20; at + 1 < jpeg.length;) {
    const code = jpeg[at + 1] ?? 0;
    if (jpeg[at] !== 0xff || code === 0 || (code >= 0xd0 && code <= 0xd7)) at += 1;
    else {
      parts.push(jpeg.subarray(from, at), part);
      from = at;
      at += code === 0xd9 ? 2 : 2 + jpeg.readUInt16BE(at + 2);
    }
  }
  return Buffer.concat([...parts, jpeg.subarray(from)]);
}

describe('a picture that a browser shows completely is processed', () => {
  it.each([
    'samsung-sos.jpg',
    'no-eoi.jpg',
    'no-eoi-trailer.jpg',
    'trailer.jpg',
    'extraneous-end.jpg',
  ])('%s: every pixel is kept', async (name) => {
    expect((await pixelsOf(casePicture(name))).equals(await shown(wholeJpeg()))).toBe(true);
  });

  const progressive = () => picture(120, 90).jpeg({ progressive: true }).toBuffer();
  const baseline = () => picture(120, 90).jpeg().toBuffer();

  it.each([
    ['a baseline JPEG without its end', async () => withoutEnd(await baseline()), baseline],
    [
      'a progressive JPEG without its end',
      async () => withoutEnd(await progressive()),
      progressive,
    ],
    [
      'a baseline JPEG with bytes before its markers',
      async () => beforeMarkers(await baseline(), junk),
      baseline,
    ],
    [
      'a progressive JPEG with bytes before its markers',
      async () => beforeMarkers(await progressive(), junk),
      progressive,
    ],
    [
      "a progressive JPEG with a phone's trailer instead of its end",
      async () => Buffer.concat([withoutEnd(await progressive()), trailer]),
      progressive,
    ],
    [
      "a JPEG with a phone's trailer instead of its end",
      async () => Buffer.concat([withoutEnd(await baseline()), trailer]),
      baseline,
    ],
    [
      'a JPEG followed by another one',
      async () => Buffer.concat([await baseline(), await progressive()]),
      baseline,
    ],
    [
      'a JPEG without its end, followed by another one',
      async () => Buffer.concat([withoutEnd(await baseline()), await progressive()]),
      baseline,
    ],
  ])('%s', async (_, make, whole) => {
    expect((await pixelsOf(await make())).equals(await shown(await whole()))).toBe(true);
  });

  it.each(['restarts.jpg', 'restarts-progressive.jpg'])(
    '%s with bytes before every restart marker',
    async (name) => {
      const parts = casePicture(name)
        .toString('latin1')
        .split(/(?=\xff[\xd0-\xd7])/);
      expect(parts.length).toBeGreaterThan(10);
      const odd = Buffer.from(parts.join(junk.toString('latin1')), 'latin1');
      expect((await pixelsOf(odd)).equals(await shown(casePicture(name)))).toBe(true);
    },
  );

  const png = () => casePicture('photo.png');
  const flip = (bytes: Buffer, at: number) => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x55;
    return changed;
  };
  function withChunk(name: string, content: Buffer, sum?: number): Buffer {
    const named = Buffer.concat([Buffer.from(name), content]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    check.writeUInt32BE(sum ?? crc32(named));
    return Buffer.concat([png().subarray(0, 33), length, named, check, png().subarray(33)]);
  }

  it.each([
    ['without its end', png().subarray(0, -12)],
    ['with bytes after its end', Buffer.concat([png(), trailer])],
    ['with a wrong checksum of a text', withChunk('tEXt', Buffer.from('a\0b'), 1)],
    ['with a text that cannot be inflated', withChunk('zTXt', Buffer.from('a\0\0not zlib'))],
    [
      'with an invalid profile',
      withChunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), deflateSync(junk)])),
    ],
    ['with a wrong checksum of its pixels, which contain another', casePicture('bad-crc-idat.png')],
    ['with a wrong checksum at the end', flip(png(), png().length - 1)],
  ])('a PNG %s', async (_, bytes) => {
    expect((await pixelsOf(bytes)).equals(await shown(png()))).toBe(true);
  });

  // Chromium ignores such a chunk.
  it('a PNG with a wrong checksum of its transparency', async () => {
    const bytes = withChunk('tRNS', Buffer.alloc(6), 1);
    expect((await pixelsOf(bytes)).equals(await shown(png()))).toBe(true);
  });

  it.each([
    ['leads back to itself', FIRST_PAGE],
    ['leads out of the file', 0xfffffff0],
  ])('a TIFF whose list of pages %s', async (_, next) => {
    const whole = await pixelsOf(tiffOf({}));
    expect((await pixelsOf(tiffOf({ next }))).equals(whole)).toBe(true);
  });

  it.each(['b_webp-riffsize.webp', 'b_webp-trailing.webp'])('%s', async (name) => {
    const bytes = Buffer.from(casePicture(name).subarray(0, 8490));
    bytes.writeUInt32LE(8482, 4);
    expect((await pixelsOf(casePicture(name))).equals(await shown(bytes))).toBe(true);
  });

  it('a GIF with other bytes instead of its end', async () => {
    const moving = { format: 'webp' } as const;
    const whole = await animation();
    const { bytes } = await compress(whole, moving);
    for (const end of [Buffer.alloc(0), trailer]) {
      const odd = Buffer.concat([whole.subarray(0, -1), end]);
      expect((await compress(odd, moving)).bytes.equals(bytes)).toBe(true);
    }
  });

  it.each([
    ['a control of a frame', '!\xf9\x04\0\0\0\0\0'],
    ['a control of a frame and a comment', '!\xf9\x04\0\0\0\0\0!\xfe\x02hi\0'],
  ])('a GIF with %s before its end', async (_, part) => {
    const whole = await animation();
    const moving = { format: 'webp' } as const;
    const odd = Buffer.concat([whole.subarray(0, -1), Buffer.from(`${part};`, 'latin1')]);
    const { bytes } = await compress(whole, moving);
    expect((await compress(odd, moving)).bytes.equals(bytes)).toBe(true);
  });

  it('a GIF that is cut in a comment after its last frame', async () => {
    const whole = await animation();
    const moving = { format: 'webp' } as const;
    const odd = Buffer.concat([whole.subarray(0, -1), Buffer.from('!\xfe\x20abc', 'latin1')]);
    const { bytes } = await compress(whole, moving);
    expect((await compress(odd, moving)).bytes.equals(bytes)).toBe(true);
  });

  it.each([
    ['RGB', 9, () => baseline()],
    ['RGB', 2, () => baseline()],
    ['CMYK', 9, () => picture(120, 90).toColourspace('cmyk').jpeg().toBuffer()],
  ])(
    'a JPEG in %s whose Adobe segment has an unknown colour transform: %i',
    async (_, colours, make) => {
      const whole = await make();
      const adobe = Buffer.from('\xff\xee\0\x0eAdobe\0\x64\0\0\0\0', 'latin1');
      const found = whole.indexOf('Adobe');
      const plain =
        found < 0
          ? whole
          : Buffer.concat([whole.subarray(0, found - 4), whole.subarray(found + 12)]);
      const withAdobe = (value: number) =>
        Buffer.concat([plain.subarray(0, 2), adobe, Buffer.from([value]), plain.subarray(2)]);
      const usual = withAdobe(found < 0 ? 1 : 2);
      expect((await pixelsOf(withAdobe(colours))).equals(await pixelsOf(usual))).toBe(true);
    },
  );

  it('a JPEG with arithmetic coding', async () => {
    await expect(compress(casePicture('b_arith.jpg'))).resolves.toBeDefined();
  });
});

describe('a truncated picture is corrupt_image', () => {
  it.each(['d_still-cut.gif', 'd_anim-cut.gif', 'cut-20-bytes.jpg', 'b_webp-cut.webp'])(
    '%s',
    async (name) => {
      expect(await failure(compress(casePicture(name)))).toMatchObject({ code: 'corrupt_image' });
    },
  );

  const movingWebp = async () =>
    sharp(await animation(), { animated: true })
      .webp()
      .toBuffer();
  const sources: readonly (readonly [string, () => Promise<Buffer>])[] = [
    ['JPEG', () => picture(120, 90).jpeg().toBuffer()],
    ['progressive JPEG', () => picture(120, 90).jpeg({ progressive: true }).toBuffer()],
    ['JPEG with arithmetic coding', () => Promise.resolve(casePicture('b_arith.jpg'))],
    ['PNG', () => picture(120, 90).png().toBuffer()],
    ['interlaced PNG', () => picture(120, 90).png({ progressive: true }).toBuffer()],
    ['PNG with a palette', () => picture(120, 90).png({ palette: true }).toBuffer()],
    ['WebP', () => picture(120, 90).webp().toBuffer()],
    ['lossless WebP', () => picture(120, 90, 4).webp({ lossless: true }).toBuffer()],
    ['WebP with transparency', () => picture(120, 90, 4).webp().toBuffer()],
    ['animated WebP', movingWebp],
    ['AVIF', () => picture(120, 90).avif({ effort: 0 }).toBuffer()],
    ['AVIF with transparency', () => picture(120, 90, 4).avif({ effort: 0 }).toBuffer()],
    ['GIF', () => picture(120, 90).gif().toBuffer()],
    ['animated GIF', () => Promise.resolve(casePicture('d_anim.gif'))],
    ['TIFF', () => picture(120, 90).tiff({ compression: 'none' }).toBuffer()],
    ['deflated TIFF', () => picture(120, 90).tiff({ compression: 'deflate' }).toBuffer()],
    ['TIFF of a fax', () => Promise.resolve(casePicture('g4.tif'))],
    ['TIFF of JPEGs', () => Promise.resolve(casePicture('jpeg.tif'))],
  ];

  it.each(sources)('or every pixel is kept: %s', async (name, source) => {
    const bytes = await source();
    const steps = Array.from({ length: 19 }, (__, step) =>
      Math.floor((bytes.length * (step + 1)) / 20),
    );
    const nearTheEnd = [1, 2, 3, 4, 5, 8, 12, 13, 16, 20, 24, 32].map(
      (left) => bytes.length - left,
    );
    // The same conversion for all of them, and never the original.
    const all = name.startsWith('animated') ? ({ format: 'webp', max_width: 50 } as const) : EXACT;
    const whole = await sharp((await compress(bytes, all)).bytes, { animated: true })
      .raw()
      .toBuffer();
    for (const cut of [...steps, ...nearTheEnd]) {
      const outcome = await compress(bytes.subarray(0, cut), all).catch((error: unknown) => error);
      if (outcome instanceof ImageError) {
        expect(['corrupt_image', 'not_an_image']).toContain(outcome.code);
        expect(cut < 16 || outcome.code === 'corrupt_image').toBe(true);
      } else {
        const { bytes: result } = outcome as { bytes: Buffer };
        const pixels = await sharp(result, { animated: true }).raw().toBuffer();
        expect(pixels.equals(whole)).toBe(true);
      }
    }
  });

  const sampled = (height: number, chromaSubsampling: string) =>
    picture(100, height).jpeg({ quality: 70, chromaSubsampling });
  const low = [7, 8, 16].flatMap((height) => [
    [`4:4:4, ${height} lines`, () => sampled(height, '4:4:4').toBuffer()] as const,
    [`4:2:0, ${height} lines`, () => sampled(height, '4:2:0').toBuffer()] as const,
    [`grey, ${height} lines`, () => sampled(height, '4:4:4').greyscale().toBuffer()] as const,
    [
      `CMYK, ${height} lines`,
      () => sampled(height, '4:4:4').toColourspace('cmyk').toBuffer(),
    ] as const,
    [
      `progressive, ${height} lines`,
      () => sampled(height, '4:4:4').jpeg({ progressive: true }).toBuffer(),
    ] as const,
  ]);
  const high = [
    ['4:4:4', () => sampled(40, '4:4:4').toBuffer()],
    ['4:2:0', () => sampled(40, '4:2:0').toBuffer()],
    ['grey', () => sampled(40, '4:4:4').greyscale().toBuffer()],
    ['CMYK', () => sampled(40, '4:4:4').toColourspace('cmyk').toBuffer()],
    ...['2x1', '4x1', '1x2', 'rgb'].map(
      (name) => [name, () => Promise.resolve(casePicture(`sampling-${name}.jpg`))] as const,
    ),
  ] as const;

  /** Removes more and more bytes from the end of the data, and checks the result of the rest. */
  async function cutShort(whole: Buffer, end: Buffer): Promise<void> {
    const pixels = await pixelsOf(whole);
    const most = Math.floor((whole.length - whole.indexOf(Buffer.from([0xff, 0xda]))) * 0.6);
    for (let left = 1; left < most; left = Math.ceil(left * 1.25)) {
      const bytes = Buffer.concat([whole.subarray(0, -2 - left), end]);
      const outcome = await pixelsOf(bytes).catch((error: unknown) => error);
      if (outcome instanceof Buffer) expect(outcome.equals(pixels)).toBe(true);
      else expect(outcome).toMatchObject({ code: 'corrupt_image' });
    }
  }

  it.each([...low, ...high])('a JPEG without its last bytes, however few: %s', async (_, make) => {
    await cutShort(await make(), Buffer.alloc(0));
  });

  it.each(low)('a low JPEG with an end marker after the cut: %s', async (_, make) => {
    await cutShort(await make(), Buffer.from([0xff, 0xd9]));
  });

  it('a corrected JPEG with an end marker after the cut', async () => {
    const whole = beforeMarkers(await sampled(40, '4:4:4').toBuffer(), junk);
    await cutShort(whole, Buffer.from([0xff, 0xd9]));
  });

  it('an animated GIF is truncated wherever it ends within a frame', async () => {
    const bytes = casePicture('d_anim.gif');
    const middle = fc.integer({ min: 17_000, max: 32_000 });
    await fc.assert(
      fc.asyncProperty(middle, async (cut) => {
        const error = await failure(compress(bytes.subarray(0, cut)));
        expect(error).toMatchObject({ code: 'corrupt_image' });
      }),
      { numRuns: 50 },
    );
  });
});
