import sharp from 'sharp';
import { makePicture } from '../src/dev/demo/pictures';
import { compress, type Compressed } from '../src/images/compress';
import { EFFORTS, type CompressOptions } from '../contract/formats';
import { medianOf, type Measure } from './measure';

interface Trial {
  readonly name: string;
  readonly format: CompressOptions['format'];
  /** Fewer for slow encoders, so that the whole benchmark takes only minutes. */
  readonly pictures: number;
  readonly source: 'jpg' | 'png';
  /** Converts the source before the measurement. */
  readonly prepare?: (image: sharp.Sharp) => sharp.Sharp;
}

interface Work {
  /** Per second of CPU time. Wall-clock time would include other work of the machine. */
  readonly imagesPerSecond: number;
  readonly kilobytes: number;
}

const TRIALS: readonly Trial[] = [
  { name: 'jpeg', format: 'jpeg', pictures: 12, source: 'jpg' },
  { name: 'png of photos', format: 'png', pictures: 2, source: 'jpg' },
  { name: 'png of cut-outs', format: 'png', pictures: 4, source: 'png' },
  { name: 'webp', format: 'webp', pictures: 6, source: 'jpg' },
  { name: 'avif', format: 'avif', pictures: 2, source: 'jpg' },
  // GIF and TIFF are never target formats: an image keeps them only if it already has them.
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

/** Measures each `effort` against `balanced`. */
export async function measureEffort(): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const trial of TRIALS) measures.push(...(await measureTrial(trial)));
  return measures;
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
            name: `${name}: speed, ${effort} vs balanced`,
            value: speed,
            baseline: balanced.speed,
            unit: 'images/s of CPU',
          },
          {
            name: `${name}: size, ${effort} vs balanced`,
            value: size,
            baseline: balanced.size,
            unit: 'kB per image',
          },
        ],
  );
}

async function workOn(originals: readonly Buffer[], options: CompressOptions): Promise<Work> {
  const before = process.cpuUsage();
  const compressed: Compressed[] = [];
  for (const original of originals) compressed.push(await compress(original, options, LIMITS));
  const { user, system } = process.cpuUsage(before);
  const bytes = compressed.reduce((sum, one) => sum + one.bytes.length, 0);
  return {
    imagesPerSecond: originals.length / ((user + system) / 1e6),
    kilobytes: bytes / originals.length / 1000,
  };
}

/** Makes originals of the same dimensions, so that all are the same amount of work. */
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
