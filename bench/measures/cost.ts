import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import type { CompressOptions, Effort, TargetFormat } from '../../contract/formats';
import type { Cost } from '../../src/images/cost';
import { compressAnswer, type CompressJob } from '../../src/pipeline/messages';
import { say } from '../../src/process/main';
import { startLimitedChild } from '../../src/process/limitedChild';
import type { Measure } from '../measure';
import { shown } from '../table';

/** 8 megapixels, in the ratio of cameras. */
const [WIDTH, HEIGHT] = [3264, 2448];
const NO_LIMITS = { cpuSeconds: Infinity, memoryBytes: Infinity, wallMs: 600_000 };
const POLL_MS = 10;
/** How many kinds of files are measured. */
const KINDS = { whole: Infinity, quick: 1 } as const;
const never = new AbortController().signal;

const SOURCES: Readonly<Record<string, (photo: Sharp) => Sharp>> = {
  jpeg: (photo) => photo.jpeg(),
  'progressive jpeg': (photo) => photo.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'rotated jpeg': (photo) => photo.jpeg().withMetadata({ orientation: 6 }),
  'cmyk jpeg': (photo) => photo.toColourspace('cmyk').jpeg(),
  png: (photo) => photo.png({ compressionLevel: 1 }),
  'transparent png': (photo) => photo.ensureAlpha(0.5).png({ compressionLevel: 1 }),
  '16-bit interlaced png': (photo) =>
    photo.ensureAlpha(0.5).toColourspace('rgb16').png({ compressionLevel: 1, progressive: true }),
  webp: (photo) => photo.webp({ effort: 0 }),
  'transparent webp': (photo) => photo.ensureAlpha(0.5).webp({ effort: 0, lossless: true }),
  avif: (photo) => photo.avif({ effort: 0 }),
  gif: (photo) => photo.gif({ effort: 1 }),
  tiff: (photo) => photo.tiff({ compression: 'none' }),
  '16-bit tiff': (photo) => photo.toColourspace('rgb16').tiff({ compression: 'deflate' }),
};

const TARGETS: readonly (readonly [TargetFormat, Effort])[] = [
  ['keep', 'balanced'],
  ['jpeg', 'fast'],
  ['jpeg', 'balanced'],
  ['jpeg', 'small'],
  ['png', 'fast'],
  ['png', 'balanced'],
  ['png', 'small'],
  ['webp', 'fast'],
  ['webp', 'balanced'],
  ['webp', 'small'],
  ['avif', 'fast'],
  ['avif', 'balanced'],
];

export const cost: Measure = {
  title: 'Memory and CPU time of large images',
  about: `What image processes need for 8 megapixels, and in brackets what \`src/images/cost.ts\` expects. Each image runs
in a process of its own, so that nothing is left of another one.`,

  async run({ size }) {
    const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-cost-'));
    const rows: string[][] = [];
    try {
      for (const [source, make] of Object.entries(SOURCES).slice(0, KINDS[size])) {
        const file = path.join(folder, 'source');
        await writeFile(file, await make(photo()).toBuffer());
        for (const [format, effort] of TARGETS) {
          const { expected, used } = await costOf(folder, file, format, effort);
          const mebibytes = [used.memoryBytes, expected.memoryBytes].map(
            (bytes) => bytes / 2 ** 20,
          );
          rows.push([
            source,
            `${format}, ${effort}`,
            against(mebibytes, 'MiB'),
            against([used.cpuSeconds, expected.cpuSeconds], 's'),
          ]);
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return {
      tables: [{ title: 'One image each', header: ['From', 'To', 'Memory', 'CPU time'], rows }],
    };
  },
};

const against = ([used = 0, expected = 0]: readonly number[], unit: string) =>
  `${shown(used)} ${unit} (${shown(expected)})`;

/** Returns a picture with large areas, edges and noise. */
function photo(): Sharp {
  const noise = { type: 'gaussian', mean: 128, sigma: 25 } as const;
  return sharp({
    create: { width: WIDTH / 2, height: HEIGHT / 2, channels: 3, background: '#888', noise },
  })
    .blur(1.5)
    .resize(WIDTH, HEIGHT)
    .tint('#c84');
}

async function costOf(folder: string, file: string, format: TargetFormat, effort: Effort) {
  const child = startLimitedChild({
    script: path.join(__dirname, '..', '..', 'src', 'bin', 'imageProcess.js'),
    env: { ...process.env, DATA_DIR: folder, UV_THREADPOOL_SIZE: '3' },
    onError: say,
  });
  const options: CompressOptions = {
    quality: 50,
    format,
    effort,
    max_width: null,
    max_height: null,
  };
  const job = (most: CompressJob['most']): CompressJob => ({
    file,
    output: `${file}.out`,
    requestId: '00000000-0000-4000-8000-000000000000',
    ref: '0-0',
    options,
    most,
  });
  const ask = async (most: CompressJob['most']) =>
    compressAnswer.parse(await child.run(job(most), NO_LIMITS, never).answer);
  const first = await ask({ memoryBytes: 0, cpuSeconds: 0 });
  if (!('cost' in first)) throw new Error(`Expected a cost, received ${JSON.stringify(first)}`);
  const before = child.usage();
  let peak = before.memoryBytes;
  const timer = setInterval(() => {
    peak = Math.max(peak, child.usage().memoryBytes);
  }, POLL_MS);
  const answer = await ask(null);
  clearInterval(timer);
  const after = child.usage();
  child.kill();
  if (!('compressed' in answer))
    throw new Error(`Expected an image, received ${JSON.stringify(answer)}`);
  const used: Cost = {
    memoryBytes: Math.max(peak, after.memoryBytes) - before.memoryBytes,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
  };
  return { expected: first.cost, used };
}
