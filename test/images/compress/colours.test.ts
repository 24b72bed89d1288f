import sharp from 'sharp';
import { P3_PRIMARIES, SRGB_CURVE } from '../../../src/images/colours/definitions';
import { greyProfile, rgbProfile } from '../../../src/images/colours/icc';
import { openBrowserReference, type BrowserReference } from '../../support/browser';
import { casePicture } from '../../support/casePicture';
import { compress, EXACT } from '../../support/compress';
import {
  CHROMATICITIES,
  cicp,
  gamma,
  pngChunk,
  profileChunk,
  withChunks,
} from '../../support/pngChunks';

/** The mean over a picture, out of 255, for each of red, green and blue. */
const SMALL = 2;

let browser: BrowserReference;
beforeAll(async () => {
  browser = await openBrowserReference();
});
afterAll(() => browser.close());

/** Returns the mean difference from Chromium's picture for each of red, green and blue. */
async function difference(original: Buffer): Promise<number[]> {
  const shown = await browser.show(original);
  if (shown === null) throw new Error('Expected Chromium to show the picture');
  const { bytes, width, height } = await compress(original, EXACT);
  expect([width, height]).toEqual([shown.width, shown.height]);
  const ours = await sharp(bytes)
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const pixels = width * height;
  return [0, 1, 2].map((channel) => {
    let sum = 0;
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const theirs = shown.pixels[pixel * 4 + channel] ?? 0;
      sum += Math.abs((ours[pixel * 3 + channel] ?? 0) - theirs);
    }
    return sum / pixels;
  });
}

const photo = () => sharp(casePicture('photo.png'));
const kinds: Readonly<Record<string, () => Promise<Buffer>>> = {
  colour: () => photo().png().toBuffer(),
  grey: () => photo().greyscale().png().toBuffer(),
  'a palette': () => photo().png({ palette: true }).toBuffer(),
  transparency: () => sharp(casePicture('alpha.png')).png().toBuffer(),
  '16 bits': () => photo().toColourspace('rgb16').png().toBuffer(),
  '16 bits of grey': () => photo().greyscale().toColourspace('grey16').png().toBuffer(),
};
function storedAs(kind: string): Promise<Buffer> {
  const make = kinds[kind];
  if (make === undefined) throw new Error(`Expected a kind of PNG, received ${kind}`);
  return make();
}

const p3 = rgbProfile(P3_PRIMARIES, SRGB_CURVE) ?? Buffer.alloc(0);
const srgb = pngChunk('sRGB', Buffer.from([0]));

/** Colour chunks of a PNG. */
const said: Readonly<Record<string, readonly Buffer[]>> = {
  nothing: [],
  'gAMA 1.0': [gamma(100_000)],
  'gAMA 1 / 1.8': [gamma(55_556)],
  'gAMA 1 / 2.2': [gamma(45_455)],
  'gAMA 1 / 2.6': [gamma(38_462)],
  'gAMA and cHRM, as ImageMagick writes them for sRGB': [gamma(45_455), CHROMATICITIES.srgb],
  'gAMA and cHRM of Display P3': [gamma(45_455), CHROMATICITIES.p3],
  'cHRM alone': [CHROMATICITIES.p3],
  'sRGB, and a gAMA that is ignored': [srgb, gamma(100_000)],
};

/** Chromium accepts any number as a gamma. */
const extreme: typeof said = Object.fromEntries(
  [1, 1_000, 10_000_000, 0xffffffff].map((value) => [`gAMA of ${value}`, [gamma(value)]]),
);

/** These do not apply to grey pictures. */
const saidOfColours: Readonly<Record<string, readonly Buffer[]>> = {
  'a profile': [profileChunk(p3)],
  'a profile, and a gAMA that is ignored': [profileChunk(p3), gamma(100_000)],
  'cICP of Display P3': [cicp(12, 13, 0, 1)],
  'cICP of BT.2020': [cicp(9, 13, 0, 1)],
  'cICP of BT.2020 with its own curve': [cicp(9, 14, 0, 1)],
  'cICP of BT.709': [cicp(1, 1, 0, 1)],
  'cICP of linear light': [cicp(1, 8, 0, 1)],
  'cICP of NTSC': [cicp(6, 6, 0, 1)],
  'cICP, and a profile that is ignored': [profileChunk(p3), cicp(1, 13, 0, 1)],
};

const combined = (all: typeof said, of: readonly string[]) =>
  Object.entries(all).flatMap(([name, chunks]) => of.map((kind) => [name, kind, chunks] as const));

describe('colours match Chromium', () => {
  it.each([
    ...combined(said, Object.keys(kinds)),
    ...combined(extreme, ['colour', 'grey', '16 bits']),
    ...combined(saidOfColours, ['colour', 'a palette', 'transparency', '16 bits']),
  ])('PNG with %s: %s', async (_, kind, chunks) => {
    const png = withChunks(await storedAs(kind), ...chunks);
    expect(Math.max(...(await difference(png)))).toBeLessThan(SMALL);
  });

  it.each(['grey', '16 bits of grey'])('PNG with a grey profile: %s', async (kind) => {
    const png = withChunks(await storedAs(kind), profileChunk(greyProfile([1.8])));
    expect(Math.max(...(await difference(png)))).toBeLessThan(SMALL);
  });

  it.each([
    ['JPEG', 'jpeg'],
    ['PNG', 'png'],
    ['WebP', 'webp'],
    ['AVIF', 'avif'],
  ] as const)('%s with a profile', async (_, format) => {
    const stored = await photo().withIccProfile('p3').toFormat(format, { quality: 95 }).toBuffer();
    expect(Math.max(...(await difference(stored)))).toBeLessThan(SMALL);
  });

  // Browsers ignore grey profiles in a JPEG.
  it.each(['gray-ciel.jpg', 'cmyk-noicc.jpg', 'cmyk-no-adobe.jpg', 'interlaced.png'])(
    '%s',
    async (name) => {
      expect(Math.max(...(await difference(casePicture(name))))).toBeLessThan(SMALL);
    },
  );

  it.each(['4:4:4', '4:2:0'])('CMYK with a profile: %s', async (chromaSubsampling) => {
    const cmyk = photo().toColourspace('cmyk').withIccProfile('cmyk');
    const stored = await cmyk.jpeg({ quality: 90, chromaSubsampling }).toBuffer();
    expect(Math.max(...(await difference(stored)))).toBeLessThan(SMALL);
  });

  it.each([
    ['Display P3', 12, 13],
    ['BT.2020', 9, 13],
    ['linear light', 1, 8],
    ['a power of 2.2', 1, 4],
  ])('AVIF with %s by numbers', async (_, primaries, transfer) => {
    const avif = casePicture('a.avif');
    const at = avif.indexOf('nclx');
    avif.writeUInt16BE(primaries, at + 4);
    avif.writeUInt16BE(transfer, at + 6);
    expect(Math.max(...(await difference(avif)))).toBeLessThan(SMALL);
  });

  it('converts a TIFF like a PNG with the same profile', async () => {
    const wide = photo().withIccProfile('p3');
    const [tiff, png] = [
      await wide.clone().tiff({ compression: 'lzw' }).toBuffer(),
      await wide.clone().png().toBuffer(),
    ];
    const [ours, theirs] = [await compress(tiff, EXACT), await compress(png, EXACT)];
    const pixels = ({ bytes }: { bytes: Buffer }) => sharp(bytes).raw().toBuffer();
    expect((await pixels(ours)).equals(await pixels(theirs))).toBe(true);
  });
});

describe('colours that differ, as documented in the guide', () => {
  it.each([
    ['PQ', cicp(9, 16, 0, 1), 47],
    ['HLG', cicp(9, 18, 0, 1), 32],
  ])('PNG of high dynamic range: %s', async (_, chunk, most) => {
    const png = withChunks(await photo().png().toBuffer(), chunk);
    const difference_ = Math.max(...(await difference(png)));
    expect(difference_).toBeGreaterThan(SMALL);
    expect(difference_).toBeLessThan(most);
  });
});
