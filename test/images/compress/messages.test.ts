import type { ImageError } from '../../../src/errors';
import { casePicture } from '../../support/casePicture';
import { compress } from '../../support/compress';
import { animation, picture } from '../../support/pictures';

const cut = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2));
const whole = 'Expected a whole image, received a broken one: the';

function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  for (let at = 120; at < 200; at += 1) changed[at] = (changed[at] ?? 0) ^ 0xa5;
  return changed;
}

/** Broken pictures and what is to be said of each. */
const broken: readonly (readonly [message: string, source: () => Promise<Buffer>])[] = [
  [`${whole} JPEG ends before its picture is complete`, async () => cut(await jpeg())],
  [
    'Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, received a JPEG of 12 bits a sample',
    () => of('b_jpeg12.jpg'),
  ],
  [`${whole} PNG is cut off in its chunk IDAT`, async () => cut(await png())],
  [`${whole} PNG has pixel data (IDAT) that cannot be decoded`, async () => flipped(await png())],
  [
    `${whole} WebP ends before its picture is complete`,
    async () => cut(await picture(99, 80).webp().toBuffer()),
  ],
  [
    `${whole} AVIF ends before its picture is complete`,
    async () => cut(await picture(64, 64).avif({ effort: 0 }).toBuffer()),
  ],
  [`${whole} GIF ends in the middle of frame 3`, () => of('d_anim-cut.gif')],
  [`${whole} GIF ends in the middle of frame 1`, () => of('d_still-cut.gif')],
  [
    `${whole} TIFF ends before its picture is complete`,
    async () => cut(await picture(99, 80).tiff({ compression: 'none' }).toBuffer()),
  ],
  ['Expected an image, received no bytes', () => Promise.resolve(Buffer.alloc(0))],
];
const jpeg = () => picture(99, 80).jpeg().toBuffer();
const png = () => picture(99, 80).png().toBuffer();
const of = (name: string) => Promise.resolve(casePicture(name));

const messageOf = (bytes: Buffer) =>
  compress(bytes, { effort: 'fast' }).then(
    () => null,
    (error: unknown) => (error as ImageError).message,
  );

describe('the message of a broken image', () => {
  it.each(broken)('%s', async (message, source) => {
    expect(await messageOf(await source())).toBe(message);
  });

  it('is its own, however many other images are broken at the same time', async () => {
    const good = await Promise.all([
      of('samsung-sos.jpg'),
      of('no-eoi.jpg'),
      jpeg(),
      png(),
      animation(),
    ]);
    const bad = await Promise.all(
      broken.map(async ([message, source]) => [message, await source()] as const),
    );
    const images = [...good.map((bytes) => [null, bytes] as const), ...bad];
    const round = Array.from({ length: 12 }, () => images).flat();
    const messages = await Promise.all(round.map(([, bytes]) => messageOf(bytes)));
    expect(messages).toEqual(round.map(([message]) => message));
  });

  it('names no option of ours and nothing of the libraries', async () => {
    for (const [, source] of broken) {
      expect(await messageOf(await source())).not.toMatch(
        /failOn|vips|libpng|libjpeg|sharp|buffer/i,
      );
    }
  });
});
