import { setTimeout as sleep } from 'node:timers/promises';
import { runRequest, upload, waitUntilCompleted, csvOf } from '../client';
import { cpuBetween, cpuTimesOf, ROLES } from '../cpu';
import { withBench, type Bench } from '../environment';
import { historyEvents } from '../histories';
import { figure } from '../limits';
import type { Findings, Measure } from '../measure';
import { memoryOf } from '../memory';
import { linePlot } from '../linePlot';
import { medianOf, summaryOf } from '../samples';
import { shown } from '../table';
import { measureMillion } from './million';

const SIZES = {
  whole: {
    warmUp: 500,
    images: [1_000, 10_000],
    rounds: 3,
    largest: 100_000,
    rows: 1_000_000,
    pauseMs: 6_000,
  },
  quick: { warmUp: 100, images: [100, 300], rounds: 1, largest: 600, rows: 3_000, pauseMs: 500 },
} as const;

interface Run {
  readonly images: number;
  /** Milliseconds of the whole request, divided by its images. */
  readonly perImage: number;
  /** CPU milliseconds of all processes. */
  readonly cpu: number;
  /** Of the worker's main process afterwards, in MiB. */
  readonly memory: number;
  readonly events: number;
}

export const scale: Measure = {
  title: 'Size of a request',
  about: `Requests of 1,000, 10,000 and 100,000 images of 64×64 on one installation: the time of the whole request, from
the upload to the last image, divided by the number of images; the resident memory of the worker's main process
afterwards; and the events of the longest history of its runs. The largest runs once, the others three times. Then one
file of 1,000,000 rows on a new installation, whose images come from a host that waits 20 s, so that recording has the
machine for itself: it is recorded, its images are listed, it is cancelled, its result is downloaded, and it is removed.`,

  async run({ size, log }): Promise<Findings> {
    const { warmUp, images, rounds, largest, rows, pauseMs } = SIZES[size];
    const runs = await withBench(['api', 'worker'], {}, async (bench) => {
      await runRequest(bench, warmUp, { path: '/tiny' });
      const done: Run[] = [];
      const add = async (count: number) => {
        const run = await measureRun(bench, count, pauseMs);
        log(`  ${count} images: ${shown(run.perImage)} ms each`);
        done.push(run);
      };
      for (let round = 0; round < rounds; round += 1) for (const count of images) await add(count);
      await add(largest);
      return done;
    });
    const findings = findingsOf(runs, images.at(-1) ?? 0, largest);
    const perImage = runs.at(-1)?.perImage ?? Number.NaN;
    log(`  a file of ${rows} rows`);
    return {
      ...findings,
      tables: [...findings.tables, await measureMillion(rows)],
      notes: [
        `Not run: at ${shown(perImage)} ms each, as in the largest request above, processing ` +
          `${rows.toLocaleString('en-US')} such images takes ${shown((rows * perImage) / 3_600_000)} h on this machine.`,
      ],
    };
  },
};

async function measureRun(bench: Bench, images: number, pauseMs: number): Promise<Run> {
  const before = cpuTimesOf(bench);
  const uploaded = await upload(bench, csvOf(`${bench.originUrl}/tiny`, images));
  const milliseconds = await waitUntilCompleted(bench.url, uploaded);
  const cpu = cpuBetween(before, cpuTimesOf(bench));
  // Memory is read when it is stable.
  await sleep(pauseMs);
  return {
    images,
    perImage: milliseconds / images,
    cpu: (1000 * ROLES.reduce((sum, role) => sum + cpu[role], 0)) / images,
    memory: memoryOf(bench.pidsOf('worker').at(-1) ?? 0),
    events: Math.max(...(await historyEvents(bench.temporalAddress, uploaded.id))),
  };
}

function findingsOf(runs: readonly Run[], smaller: number, largest: number) {
  const of = (images: number, part: keyof Run) =>
    runs.filter((run) => run.images === images).map((run) => run[part]);
  const against = (part: 'perImage' | 'memory', unit: string) => ({
    ratio: medianOf(of(largest, part)) / medianOf(of(smaller, part)),
    detail: `${summaryOf(of(largest, part), unit)} against ${summaryOf(of(smaller, part), unit)}`,
  });
  const [time, memory] = [against('perImage', 'ms'), against('memory', 'MiB')];
  const sizes = [...new Set(runs.map(({ images }) => images))];
  const curve = (part: 'perImage' | 'memory') =>
    sizes.map((images) => [images, medianOf(of(images, part))] as const);
  const titles = { time: 'Time per image', memory: "Memory of the worker's main process" };
  return {
    figures: [
      figure('scaleTime', time.ratio, time.detail),
      figure('scaleMemory', memory.ratio, memory.detail),
      figure('scaleEvents', Math.max(...of(largest, 'events')), `${largest} images`),
    ],
    tables: [
      {
        title: 'By size of the request, median (range of the rounds)',
        header: ['Images', 'Time per image', 'CPU per image', 'Memory of the worker', 'Events'],
        rows: sizes.map((images) => [
          images.toLocaleString('en-US'),
          summaryOf(of(images, 'perImage'), 'ms'),
          summaryOf(of(images, 'cpu'), 'ms'),
          summaryOf(of(images, 'memory'), 'MiB'),
          shown(medianOf(of(images, 'events'))),
        ]),
      },
    ],
    plots: [
      {
        file: 'time-by-size',
        title: titles.time,
        svg: linePlot({
          title: titles.time,
          xLabel: 'images of the request',
          yLabel: 'ms',
          series: [{ name: '64×64, one worker', points: curve('perImage') }],
        }),
      },
      {
        file: 'memory-by-size',
        title: titles.memory,
        svg: linePlot({
          title: titles.memory,
          xLabel: 'images of the request',
          yLabel: 'MiB',
          series: [{ name: '64×64, one worker', points: curve('memory') }],
        }),
      },
    ],
  };
}
