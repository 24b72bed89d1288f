import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../client';
import { csvFile, runRequest, upload } from '../client';
import { readBarely } from '../bareReading';
import { withBench } from '../environment';
import { figure, notMeasured, type Figure, type LimitName } from '../limits';
import type { Findings, Measure } from '../measure';
import { watchGrowth } from '../memory';
import { compare, medianOf, summaryOf } from '../samples';
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
/** Images that are processed first, so that code is loaded and processes are started. */
const WARM_UP = 200;
/** A file is left out when its answers, at the pace of the one before, would take longer than this in all rounds. */
const LONGEST_SECONDS = 240;
const POLL_MS = 20;

interface Round {
  /** In seconds. */
  readonly bare: number;
  readonly answer: number;
  /** From the answer on. */
  readonly firstImage: number;
  /** In MiB. */
  readonly apiGrowth: number;
  readonly workerGrowth: number;
}

export const uploads: Measure = {
  title: 'Upload',
  about: `Files of 100,000, 300,000 and 1,000,000 rows with one link each are sent from the disk. The answer is compared
with a bare reading of the same file, in turns: SHA-256 and one run of csv-parse. Then the time until the first image (of
64×64) is finished. Memory is the resident memory of the API's and the worker's main process: by how much it grows from
the beginning of the upload until 10 s after the answer. Each round has an installation of its own.`,

  async run({ size, log }) {
    const { rows: sizes, rounds, observedMs } = SIZES[size];
    const results = new Map<number, readonly Round[]>();
    let pace = 0;
    for (const rows of sizes) {
      if (pace * rows * rounds > LONGEST_SECONDS) continue;
      const own: Round[] = [];
      for (let round = 1; round <= rounds; round += 1) {
        log(`  ${rows} rows, round ${round} of ${rounds}`);
        own.push(await measureRound(rows, observedMs));
      }
      results.set(rows, own);
      pace = medianOf(own.map(({ answer }) => answer)) / rows;
    }
    return findingsOf(sizes, results);
  },
};

/** Each round has an installation of its own: to cancel a request closes all its images, which takes long. */
function measureRound(rows: number, observedMs: number): Promise<Round> {
  return withBench(['api', 'worker'], {}, async (bench) => {
    await runRequest(bench, WARM_UP, { path: '/tiny' });
    const file = path.join(bench.folder, 'upload.csv');
    const csv = await csvFile(file, `${bench.originUrl}/tiny`, rows);
    const bare = await readBarely(file);
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
    return {
      bare,
      answer: responseMs / 1000,
      firstImage: firstImageMs / 1000,
      apiGrowth: growths.api(),
      workerGrowth: growths.worker(),
    };
  });
}

function findingsOf(
  sizes: readonly number[],
  results: ReadonlyMap<number, readonly Round[]>,
): Findings {
  const answers = sizes.flatMap((rows): Figure[] => {
    const [name, result] = [ANSWERS[rows], results.get(rows)];
    if (name === undefined) return [];
    if (result === undefined)
      return [notMeasured(name, 'left out: at the pace of the smaller file it takes too long')];
    const of = (part: 'answer' | 'bare') => result.map((round) => round[part]);
    const { ratio, detail } = compare(of('answer'), of('bare'), 's');
    return [figure(name, ratio, detail)];
  });
  const [rows, largest] = [...results].at(-1) ?? [];
  const line = (name: LimitName, part: keyof Round, unit: string) => {
    const values = (largest ?? []).map((round) => round[part]);
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
      line('firstImage', 'firstImage', 's'),
    ],
    tables: [
      {
        title: 'Uploads, median (range of the rounds)',
        header: ['Rows', 'Bare reading', 'Answer', 'First image', 'Growth, API', 'Growth, worker'],
        rows: [...results].map(([count, own]) => [
          count.toLocaleString('en-US'),
          cell(own, 'bare', 's'),
          cell(own, 'answer', 's'),
          cell(own, 'firstImage', 's'),
          cell(own, 'apiGrowth', 'MiB'),
          cell(own, 'workerGrowth', 'MiB'),
        ]),
      },
    ],
  };
}
