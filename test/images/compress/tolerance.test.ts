import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { ImageError } from '../../../src/errors';
import { casePicture } from '../../support/casePicture';
import { compress, EXACT } from '../../support/compress';
import { animation, picture } from '../../support/pictures';
import { FIRST_PAGE, tiffOf } from '../../support/tiffs';
import { failure } from '../failure';

/** Without its last two bytes: without the end mark. */
const withoutEnd = (jpeg: Buffer) => jpeg.subarray(0, -2);
const wholeJpeg = () => casePicture('samsung-sos.jpg');

/** The same pixels by a decoder that is told to put up with everything. */
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

/** Puts bytes before every marker of a JPEG but the first two. */
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

describe('what a browser shows whole is processed', () => {
  it.each([
    'samsung-sos.jpg',
    'no-eoi.jpg',
    'no-eoi-trailer.jpg',
    'trailer.jpg',
    'extraneous-end.jpg',
  ])('%s: every pixel is there', async (name) => {
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
      'a JPEG with another one behind it',
      async () => Buffer.concat([await baseline(), await progressive()]),
      baseline,
    ],
    [
      'a JPEG without its end and with another one behind it',
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
    ['with bytes behind its end', Buffer.concat([png(), trailer])],
    ['with a wrong check sum of a text', withChunk('tEXt', Buffer.from('a\0b'), 1)],
    ['with a text that does not unpack', withChunk('zTXt', Buffer.from('a\0\0not zlib'))],
    [
      'with a profile that is none',
      withChunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), deflateSync(junk)])),
    ],
    ['with a wrong check sum of its pixels, which have another', casePicture('bad-crc-idat.png')],
    ['with a wrong check sum at the end', flip(png(), png().length - 1)],
  ])('a PNG %s', async (_, bytes) => {
    expect((await pixelsOf(bytes)).equals(await shown(png()))).toBe(true);
  });

  // Chromium leaves such a chunk out, and shows the picture as if it had none.
  it('a PNG with a wrong check sum of its transparency', async () => {
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

  it('a GIF without its end, and with bytes in its place', async () => {
    const moving = { format: 'webp' } as const;
    const whole = await animation();
    const { bytes } = await compress(whole, moving);
    for (const end of [Buffer.alloc(0), trailer]) {
      const odd = Buffer.concat([whole.subarray(0, -1), end]);
      expect((await compress(odd, moving)).bytes.equals(bytes)).toBe(true);
    }
  });

  it('a JPEG with arithmetic coding', async () => {
    await expect(compress(casePicture('b_arith.jpg'))).resolves.toBeDefined();
  });
});

describe('what is cut is corrupt_image', () => {
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

  it.each(sources)('or else every pixel is there: %s', async (name, source) => {
    const bytes = await source();
    const steps = Array.from({ length: 19 }, (__, step) =>
      Math.floor((bytes.length * (step + 1)) / 20),
    );
    const nearTheEnd = [1, 2, 3, 4, 5, 8, 12, 13, 16, 20, 24, 32].map(
      (left) => bytes.length - left,
    );
    // The same way for all of them, and never the original.
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

  it('is cut wherever an animated GIF ends in a frame', async () => {
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
