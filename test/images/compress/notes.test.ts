import sharp from 'sharp';
import { walk } from '../../../src/images/structure/walk';
import { casePicture } from '../../support/casePicture';
import { compress } from '../../support/compress';
import { animation, photo } from '../../support/pictures';
import { numbers, pngChunk, withChunks } from '../../support/pngChunks';

describe('the note of a result', () => {
  it('reports the omitted frames of an APNG', async () => {
    const { note, bytes } = await compress(casePicture('anim.png'));
    expect(note).toBe(
      'Only the first of 3 frames is kept: animations are read from GIF and WebP only',
    );
    expect(bytes.includes('fdAT')).toBe(false);
  });

  it('reports them also when the result is larger, since the original is not kept', async () => {
    const { note, bytes } = await compress(casePicture('anim.png'), {
      effort: 'fast',
      quality: 100,
    });
    expect(note).toMatch(/first of 3 frames/);
    expect(bytes.includes('fdAT')).toBe(false);
  });

  it('counts the frames, since the number in a PNG is not reliable', async () => {
    const png = withChunks(casePicture('photo.png'), pngChunk('acTL', numbers(0xffffffff, 0)));
    expect((await compress(png)).note).toBeNull();
  });

  it('ignores an impossible number of frames in an AVIF', () => {
    const avif = Buffer.from(casePicture('anim.avif'));
    const count = avif.indexOf('stsz') + 12;
    expect(walk(avif, 'avif').frames).toBe(3);
    avif.writeUInt32BE(0xffffffff, count);
    expect(walk(avif, 'avif').frames).toBeNull();
  });

  it('reports the omitted frames of an animated AVIF', async () => {
    const { note, width, height } = await compress(casePicture('anim.avif'));
    expect([width, height]).toEqual([80, 60]);
    expect(note).toBe(
      'Only the first of 3 frames is kept: animations are read from GIF and WebP only',
    );
  });

  it.each(['jpeg', 'png', 'avif'] as const)('reports that %s has no animations', async (format) => {
    const { note } = await compress(await animation(), { format });
    expect(note).toBe(
      'Only the first of 3 frames is kept: animations are written as GIF and WebP only',
    );
  });

  it('reports the omitted pages of a TIFF', async () => {
    const { note, bytes } = await compress(casePicture('pages.tif'));
    expect(note).toBe('Only the first of 2 pages is kept: the result has one page');
    expect((await sharp(bytes).metadata()).pages ?? 1).toBe(1);
  });

  it.each([
    ['a photo', photo, {}],
    ['an animation', animation, {}],
    ['an animation in another format', animation, { format: 'webp' }],
    ['a PNG', () => Promise.resolve(casePicture('photo.png')), { format: 'jpeg' }],
  ] as const)('is null when nothing is omitted: %s', async (_, source, given) => {
    expect((await compress(await source(), given)).note).toBeNull();
  });
});
