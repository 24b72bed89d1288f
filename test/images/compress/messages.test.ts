import type { ImageError } from '../../../src/errors';
import { casePicture } from '../../support/casePicture';
import { compress } from '../../support/compress';
import { animation, picture } from '../../support/pictures';

const cut = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2));
const corrupt = 'Expected an intact image, received a corrupt one: the';

function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  for (let at = 120; at < 200; at += 1) changed[at] = (changed[at] ?? 0) ^ 0xa5;
  return changed;
}

/** Corrupt pictures and their messages. */
const corruptPictures: readonly (readonly [message: string, source: () => Promise<Buffer>])[] = [
  [`${corrupt} JPEG ends before its picture is complete`, async () => cut(await jpeg())],
  [
    'Expected JPEG, PNG, WebP, AVIF, GIF or TIFF, received a JPEG with 12 bits per sample',
    () => of('b_jpeg12.jpg'),
  ],
  [`${corrupt} PNG is cut off in its IDAT chunk`, async () => cut(await png())],
  [`${corrupt} PNG has pixel data (IDAT) that cannot be decoded`, async () => flipped(await png())],
  [
    `${corrupt} WebP ends before its picture is complete`,
    async () => cut(await picture(99, 80).webp().toBuffer()),
  ],
  [
    `${corrupt} AVIF ends before its picture is complete`,
    async () => cut(await picture(64, 64).avif({ effort: 0 }).toBuffer()),
  ],
  [`${corrupt} GIF ends in the middle of frame 3`, () => of('d_anim-cut.gif')],
  [`${corrupt} GIF ends in the middle of frame 1`, () => of('d_still-cut.gif')],
  [
    `${corrupt} TIFF ends before its picture is complete`,
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

describe('the message of a corrupt image', () => {
  it.each(corruptPictures)('%s', async (message, source) => {
    expect(await messageOf(await source())).toBe(message);
  });

  it('is about this image, even when many others are corrupt at the same time', async () => {
    const good = await Promise.all([
      of('samsung-sos.jpg'),
      of('no-eoi.jpg'),
      jpeg(),
      png(),
      animation(),
    ]);
    const bad = await Promise.all(
      corruptPictures.map(async ([message, source]) => [message, await source()] as const),
    );
    const images = [...good.map((bytes) => [null, bytes] as const), ...bad];
    const round = Array.from({ length: 12 }, () => images).flat();
    const messages = await Promise.all(round.map(([, bytes]) => messageOf(bytes)));
    expect(messages).toEqual(round.map(([message]) => message));
  });

  it('mentions no internal option and no library', async () => {
    for (const [, source] of corruptPictures) {
      expect(await messageOf(await source())).not.toMatch(
        /failOn|vips|libpng|libjpeg|sharp|buffer/i,
      );
    }
  });
});
