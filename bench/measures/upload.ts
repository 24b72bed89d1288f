import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../client';
import type { Log } from '../../src/process/main';
import { cancelAndRemove, csvFile, csvOf, runRequest, upload } from '../client';
import { readBarely } from '../bareReading';
import { withBench, type Bench } from '../environment';
import { figure, notMeasured, type Figure, type LimitName } from '../limits';
import type { Findings, Measure } from '../measure';
import { watchGrowth } from '../memory';
import { compare, inTurns, medianOf, summaryOf } from '../samples';
import { shown } from '../table';
import { until } from '../until';

const SIZES = {
  whole: { rows: [100_000, 300_000, 1_000_000], rounds: 3, observedMs: 10_000 },
  quick: { rows: [100_000], rounds: 1, observedMs: 1_000 },
} as const;
const ANSWERS: Readonly<Record<number, LimitName>> = {
  100_000: 'answer100k',
  300_000: 'answer300k',
  1_000_000: 'answer1m',
};
/** A file is left out when its answers, at the pace of the one before, would take longer than this in all rounds. */
const LONGEST_SECONDS = 240;
const POLL_MS = 20;

interface Round {
  readonly answerSeconds: number;
  readonly firstImageSeconds: number;
  /** In MiB. */
  readonly apiGrowth: number;
  readonly workerGrowth: number;
}

export const uploads: Measure = {
  title: 'Upload',
  about: `Files of 100,000, 300,000 and 1,000,000 rows with one link each are sent from the disk. The answer is compared
with a bare reading of the same file, in turns: SHA-256 and one run of csv-parse. Then the time until the first image (of
64×64) is finished. Memory is the resident memory of the API's and the worker's main process: by how much it grows from
the beginning of the upload until 10 s after the answer. The request is then cancelled and removed.`,

  run: ({ size, log }) =>
    withBench(['api', 'worker'], {}, async (bench) => {
      const { rows: sizes, rounds, observedMs } = SIZES[size];
      await runRequest(bench, 100, { path: '/tiny' });
      await cancelAndRemove(bench.url, (await upload(bench, csvOf(bench.originUrl, 2_000))).id);
      const results = new Map<number, FileRounds>();
      let pace = 0;
      for (const rows of sizes) {
        if (pace * rows * rounds > LONGEST_SECONDS) continue;
        const result = await measureFile(bench, { log, rows, rounds, observedMs });
        results.set(rows, result);
        const answer = medianOf(result.ours.map(({ answerSeconds }) => answerSeconds));
        log(`  ${rows} rows: answered in ${shown(answer)} s`);
        pace = answer / rows;
      }
      return findingsOf(sizes, results);
    }),
};

type FileRounds = Readonly<Record<'ours' | 'bare', readonly Round[]>>;

interface Extent {
  readonly log: Log;
  readonly rows: number;
  readonly rounds: number;
  /** The memory of the worker is observed this long after the answer, while the rows are recorded. */
  readonly observedMs: number;
}

async function measureFile(
  bench: Bench,
  { log, rows, rounds, observedMs }: Extent,
): Promise<FileRounds> {
  const file = path.join(bench.folder, `${rows}.csv`);
  const csv = await csvFile(file, `${bench.originUrl}/tiny`, rows);
  return inTurns<'ours' | 'bare', Round>(log, rounds, {
    bare: async () => ({ ...NOTHING, answerSeconds: await readBarely(file) }),
    ours: () => measureRound(bench, csv, observedMs),
  });
}

const NOTHING: Round = { answerSeconds: 0, firstImageSeconds: 0, apiGrowth: 0, workerGrowth: 0 };

async function measureRound(bench: Bench, csv: Blob, observedMs: number): Promise<Round> {
  const [api = 0, worker = 0] = [bench.pidsOf('api').at(-1), bench.pidsOf('worker').at(-1)];
  const growths = { api: watchGrowth(api), worker: watchGrowth(worker) };
  const client = createClient(bench);
  const { id, responseMs } = await upload(bench, csv);
  const answeredAt = performance.now();
  await until(
    `an image of ${id}`,
    POLL_MS,
    async () => (await client.request(id)).counts.succeeded > 0,
  );
  const firstImageMs = performance.now() - answeredAt;
  await sleep(Math.max(0, observedMs - firstImageMs));
  const round: Round = {
    answerSeconds: responseMs / 1000,
    firstImageSeconds: firstImageMs / 1000,
    apiGrowth: growths.api(),
    workerGrowth: growths.worker(),
  };
  await cancelAndRemove(bench.url, id);
  return round;
}

function findingsOf(sizes: readonly number[], results: ReadonlyMap<number, FileRounds>): Findings {
  const answers = sizes.flatMap((rows): Figure[] => {
    const [name, result] = [ANSWERS[rows], results.get(rows)];
    if (name === undefined) return [];
    if (result === undefined)
      return [notMeasured(name, 'left out: at the pace of the smaller file it takes too long')];
    const { ratio, detail } = compare(secondsOf(result.ours), secondsOf(result.bare), 's');
    return [figure(name, ratio, detail)];
  });
  const [rows, largest] = [...results].at(-1) ?? [];
  const line = (name: LimitName, part: keyof Round, unit: string) => {
    const values = (largest?.ours ?? []).map((round) => round[part]);
    return figure(name, medianOf(values), `${rows ?? 0} rows: ${summaryOf(values, unit)}`);
  };
  const cell = (rounds: readonly Round[], part: keyof Round, unit: string) =>
    summaryOf(
      rounds.map((round) => round[part]),
      unit,
    );
  return {
    figures: [
      ...answers,
      line('apiGrowth', 'apiGrowth', 'MiB'),
      line('workerGrowth', 'workerGrowth', 'MiB'),
      line('firstImage', 'firstImageSeconds', 's'),
    ],
    tables: [
      {
        title: 'Uploads, median (range of the rounds)',
        header: ['Rows', 'Bare reading', 'Answer', 'First image', 'Growth, API', 'Growth, worker'],
        rows: [...results].map(([count, { ours, bare }]) => [
          count.toLocaleString('en-US'),
          cell(bare, 'answerSeconds', 's'),
          cell(ours, 'answerSeconds', 's'),
          cell(ours, 'firstImageSeconds', 's'),
          cell(ours, 'apiGrowth', 'MiB'),
          cell(ours, 'workerGrowth', 'MiB'),
        ]),
      },
    ],
  };
}

const secondsOf = (rounds: readonly Round[]) => rounds.map(({ answerSeconds }) => answerSeconds);
