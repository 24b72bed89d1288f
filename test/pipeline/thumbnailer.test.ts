import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { ProcessDied } from '../../src/errors';
import {
  createThumbnailer,
  THUMBNAIL_LIMITS,
  type Thumbnailer,
} from '../../src/pipeline/thumbnailer';
import type { WorkLimits } from '../../src/process/limitedChild';
import { animation, corruptPhoto, photo, picture, svg, turnedPhoto } from '../support/pictures';
import { withFolder } from '../support/temporaryFile';

const ROOT = path.join(__dirname, '..', '..');
const SCRIPT = path.join(ROOT, 'dist', 'src', 'bin', 'thumbnailProcess.js');
const SPINNING = path.join(ROOT, 'test', 'support', 'spinning.cjs');

const open: Thumbnailer[] = [];
afterAll(() => {
  for (const thumbnailer of open) thumbnailer.close();
});

function create(script = SCRIPT, limits: WorkLimits = THUMBNAIL_LIMITS) {
  const logger = { warn: () => undefined };
  const thumbnailer = createThumbnailer({ script, environment: process.env, logger, limits });
  open.push(thumbnailer);
  return thumbnailer;
}

const shared = create();

/** Makes a thumbnail. @returns its format and size */
const thumbnailOf = (bytes: Buffer, width: 80 | 160 | 640, thumbnailer = shared) =>
  withFolder(async (folder) => {
    const [file, output] = [path.join(folder, 'image'), path.join(folder, 'thumbnail')];
    await writeFile(file, bytes);
    await thumbnailer.make({ file, output, width });
    const { format, width: w, height: h, pages } = await sharp(await readFile(output)).metadata();
    return { format, width: w, height: h, pages };
  });

describe('make(job)', () => {
  it('scales an image in proportion to a WebP of that width', async () => {
    expect(await thumbnailOf(await photo(), 160)).toMatchObject({
      format: 'webp',
      width: 160,
      height: 120,
    });
  });

  it('does not enlarge a smaller image', async () => {
    expect(await thumbnailOf(await photo(), 640)).toMatchObject({ width: 320, height: 240 });
  });

  it('turns an image upright', async () => {
    expect(await thumbnailOf(await turnedPhoto(), 80)).toMatchObject({ width: 80, height: 133 });
  });

  it('shows the first frame of an animation', async () => {
    const { width, height, pages } = await thumbnailOf(await animation(), 80);
    expect({ width, height, pages }).toEqual({ width: 60, height: 40, pages: undefined });
  });

  it('narrows an image that is too high for WebP', async () => {
    const high = await picture(8, 20_000).png().toBuffer();
    const { height } = await thumbnailOf(high, 160);
    expect(height).toBe(16_383);
  });

  it.each([
    ['text', 'not_an_image', () => Promise.resolve(Buffer.from('text'))],
    ['an SVG', 'unsupported_format', () => Promise.resolve(svg)],
    ['half a photo', 'corrupt_image', corruptPhoto],
  ])('rejects %s as %s', async (_, code, bytes) => {
    await expect(thumbnailOf(await bytes(), 80)).rejects.toMatchObject({ code });
  });

  it('rejects an image with more pixels than MAX_IMAGE_PIXELS', async () => {
    const environment = { ...process.env, MAX_IMAGE_PIXELS: '1000' };
    const logger = { warn: () => undefined };
    const limited = createThumbnailer({ script: SCRIPT, environment, logger });
    open.push(limited);
    await expect(thumbnailOf(await photo(), 80, limited)).rejects.toMatchObject({
      code: 'too_many_pixels',
    });
  });

  it('kills a process that takes too long, and goes on with another one', async () => {
    const slow = create(SPINNING, { ...THUMBNAIL_LIMITS, wallMs: 200 });
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const error: unknown = await thumbnailOf(await photo(), 80, slow).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ProcessDied);
      expect(error).toMatchObject({ reason: 'wall' });
    }
  });
});
