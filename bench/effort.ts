import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { makePicture } from '../src/dev/demo/pictures';
import { createCompressor, type Compressor } from '../src/images/compress';
import { EFFORTS, type CompressOptions } from '../contract/formats';
import { medianOf, type Measure } from './measure';

interface Trial {
  readonly name: string;
  readonly format: CompressOptions['format'];
  /** Fewer for slow encoders, so that the whole ends within minutes. */
  readonly pictures: number;
  readonly source: 'jpg' | 'png';
  /** What becomes of the source before it is measured on. */
  readonly prepare?: (image: sharp.Sharp) => sharp.Sharp;
}

interface Work {
  /** A second of CPU: the clock would count whatever else the machine does. */
  readonly imagesPerSecond: number;
  readonly kilobytes: number;
}

const TRIALS: readonly Trial[] = [
  { name: 'jpeg', format: 'jpeg', pictures: 12, source: 'jpg' },
  { name: 'png of photos', format: 'png', pictures: 2, source: 'jpg' },
  { name: 'png of cut-outs', format: 'png', pictures: 4, source: 'png' },
  { name: 'webp', format: 'webp', pictures: 6, source: 'jpg' },
  { name: 'avif', format: 'avif', pictures: 2, source: 'jpg' },
  // Nothing else becomes a GIF or a TIFF: they are only kept as what they are.
  { name: 'gif', format: 'keep', pictures: 3, source: 'jpg', prepare: (image) => image.gif() },
  {
    name: 'tiff',
    format: 'keep',
    pictures: 6,
    source: 'jpg',
    prepare: (image) => image.tiff({ compression: 'none' }),
  },
];
const ROUNDS = 3;
const [WIDTH, HEIGHT] = [1200, 900];

const LIMITS = { MAX_IMAGE_PIXELS: 50_000_000 };
const DEFAULTS = { quality: 50, max_width: null, max_height: null } as const;
const CORES = availableParallelism();
/** The machine is not quiet: many short rounds tell more than a few long ones. */
const CROWD_ROUNDS = 9;
/** Long enough that the last images, which leave a core idle, count for little. */
const CROWD = 96;

/** What `effort` costs and saves, beside `balanced`; then how many images to compress at once. */
export async function measureEffort(): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const trial of TRIALS) measures.push(...(await measureTrial(trial)));
  return [...measures, ...(await measureAtOnce())];
}

async function measureTrial(trial: Trial): Promise<Measure[]> {
  const { name, format } = trial;
  const originals = await originalsOf(trial);
  const works = EFFORTS.map((effort) => ({ effort, done: new Array<Work>() }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { effort, done } of works) {
      done.push(await workOn(originals, { ...DEFAULTS, format, effort }));
    }
  }
  const medians = works.map(({ effort, done }) => ({
    effort,
    speed: medianOf(done.map(({ imagesPerSecond }) => imagesPerSecond)),
    size: medianOf(done.map(({ kilobytes }) => kilobytes)),
  }));
  const balanced = medians.find(({ effort }) => effort === 'balanced');
  return medians.flatMap(({ effort, speed, size }) =>
    balanced === undefined || effort === 'balanced'
      ? []
      : [
          {
            name: `${name}: speed, ${effort} beside balanced`,
            value: speed,
            beside: balanced.speed,
            unit: 'images/s of CPU',
          },
          {
            name: `${name}: size, ${effort} beside balanced`,
            value: size,
            beside: balanced.size,
            unit: 'kB an image',
          },
        ],
  );
}

async function workOn(originals: readonly Buffer[], options: CompressOptions): Promise<Work> {
  const compressor = createCompressor(LIMITS);
  const before = process.cpuUsage();
  const compressed = await compressAll(compressor, originals, options);
  const { user, system } = process.cpuUsage(before);
  const bytes = compressed.reduce((sum, one) => sum + one.bytes.length, 0);
  return {
    imagesPerSecond: originals.length / ((user + system) / 1e6),
    kilobytes: bytes / originals.length / 1000,
  };
}

/** By the clock: a core that waits costs no CPU. */
async function measureAtOnce(): Promise<Measure[]> {
  const few = await originalsOf({ name: '', format: 'jpeg', pictures: 12, source: 'jpg' });
  const crowd = Array.from({ length: CROWD / few.length }, () => few).flat();
  const trials = [CORES, CORES + 1, 2 * CORES].map((atOnce) => ({
    atOnce,
    compressor: createCompressor(LIMITS, atOnce),
    rates: new Array<number>(),
  }));
  for (let round = 0; round < CROWD_ROUNDS; round += 1) {
    for (const { compressor, rates } of trials) {
      const started = performance.now();
      await compressAll(compressor, crowd, { ...DEFAULTS, format: 'jpeg', effort: 'balanced' });
      rates.push(CROWD / ((performance.now() - started) / 1000));
    }
  }
  const medians = trials.map(({ atOnce, rates }) => ({ atOnce, rate: medianOf(rates) }));
  const one = medians.find(({ atOnce }) => atOnce === CORES);
  return medians.flatMap(({ atOnce, rate }) =>
    one === undefined || atOnce === CORES
      ? []
      : [
          {
            name: `${atOnce} images at once beside ${CORES}, as many as cores`,
            value: rate,
            beside: one.rate,
            unit: 'images/s',
          },
        ],
  );
}

function compressAll(
  { compress }: Compressor,
  originals: readonly Buffer[],
  options: CompressOptions,
) {
  return Promise.all(
    originals.map((bytes) => compress(bytes, options, new AbortController().signal, 'bench')),
  );
}

/** All of one size, so that each is as much work as the next. */
async function originalsOf({ pictures, source, prepare }: Trial): Promise<Buffer[]> {
  const originals: Buffer[] = [];
  for (let number = 0; originals.length < pictures; number += 1) {
    const { bytes } = await makePicture(`${number}.${source}`);
    const { width, height } = await sharp(bytes).metadata();
    if (width !== WIDTH || height !== HEIGHT) continue;
    originals.push(prepare === undefined ? bytes : await prepare(sharp(bytes)).toBuffer());
  }
  return originals;
}
