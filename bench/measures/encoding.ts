import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EFFORTS, type CompressOptions } from '../../contract/formats';
import { messageOf } from '../../src/errors';
import { compress } from '../../src/images/compress';
import type { Measure } from '../measure';
import { makeKinds } from '../pictures';
import { medianOf } from '../samples';
import { provideSimilarity, SIMILARITY, similarityOf } from '../similarity';
import { shown } from '../table';

const SIZES = {
  whole: { rounds: 3, formats: ['jpeg', 'png', 'webp', 'avif'] },
  quick: { rounds: 1, formats: ['jpeg'] },
} as const satisfies Record<
  string,
  { rounds: number; formats: readonly CompressOptions['format'][] }
>;

const LIMITS = { MAX_IMAGE_PIXELS: 50_000_000 };
const DEFAULTS = { quality: 50, max_width: null, max_height: null } as const;

export const encoding: Measure = {
  title: 'Formats and efforts',
  about: `Six pictures of 1200×900, each of another kind, at quality 50 (the default), by the real compressor. CPU time
is the mean of the pictures; each is compressed three times, the efforts in turns. Then, for each picture, its bytes, and
behind them how close it is to the original by ${SIMILARITY}: from 90 on no one sees a difference, 70 is high quality, 50
medium, 30 low. Transparent pictures are compared on white. Pictures are drawn or painted, not taken: they rank the
settings, and do not predict the result for a given file. How to choose is in [effort.md](decisions/effort.md).`,

  async run({ size, log }) {
    const { rounds, formats } = SIZES[size];
    const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-encoding-'));
    const program = await provideSimilarity().catch((error: unknown) => {
      log(messageOf(error));
      return null;
    });
    try {
      const kinds = Object.entries(await makeKinds());
      const rows: string[][] = [];
      for (const format of formats) {
        const done = await compressAll(kinds, format, rounds);
        for (const [effort, pictures] of done) {
          const cells: string[] = [];
          for (const { original, bytes } of pictures) {
            const score =
              program === null ? null : await similarityOf(program, folder, original, bytes);
            cells.push(
              `${shown(bytes.length / 1000)} kB${score === null ? '' : ` / ${score.toFixed(0)}`}`,
            );
          }
          const cpu = pictures.reduce((sum, one) => sum + medianOf(one.cpu), 0) / pictures.length;
          rows.push([format, effort, `${shown(cpu)} ms`, ...cells]);
        }
      }
      const source = kinds.map(([, original]) => `${shown(original.length / 1000)} kB`);
      return {
        tables: [
          {
            title: 'CPU time per image; bytes / similarity',
            header: ['Format', 'Effort', 'CPU', ...kinds.map(([kind]) => kind)],
            rows: [['original', '', '', ...source], ...rows],
          },
        ],
        notes:
          program === null
            ? ['The similarity was not measured: no Rust to build its program.']
            : [],
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Picture {
  readonly original: Buffer;
  bytes: Buffer;
  /** In milliseconds, of each round. */
  readonly cpu: number[];
}

async function compressAll(
  kinds: readonly (readonly [string, Buffer])[],
  format: CompressOptions['format'],
  rounds: number,
) {
  const done = EFFORTS.map(
    (effort) =>
      [
        effort,
        kinds.map(([, original]): Picture => ({ original, bytes: original, cpu: [] })),
      ] as const,
  );
  for (let round = 0; round < rounds; round += 1) {
    for (const [effort, pictures] of done) {
      for (const picture of pictures) {
        const before = process.cpuUsage();
        const { bytes } = await compress(picture.original, { ...DEFAULTS, format, effort }, LIMITS);
        const { user, system } = process.cpuUsage(before);
        picture.bytes = bytes;
        picture.cpu.push((user + system) / 1000);
      }
    }
  }
  return done;
}
