import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Effort } from '../../contract/formats';
import { messageOf } from '../../src/errors';
import type { LoopOrder, LoopReport } from '../bareLoop';
import { runRequest } from '../client';
import { cpuBetween, cpuTimesOf, type CpuTimes } from '../cpu';
import { startBench, type Bench } from '../environment';
import { IMG2DATASET, provideImg2dataset, runImg2dataset } from '../img2dataset';
import type { Findings, Measure } from '../measure';
import { startProgram } from '../program';
import { inTurns } from '../samples';
import { findingsOf, type Contender, type Run } from './workFindings';

const SIZES = {
  whole: { images: 2_000, rounds: 3, warmUp: 200 },
  quick: { images: 120, rounds: 1, warmUp: 40 },
} as const;

export const work: Measure = {
  title: 'Work',
  about: `One request of 2,000 photos of 1200×900 (about 290 KB) at quality 50; its status is polled every 100 ms. The
bare loop is one process that only downloads over kept connections, compresses with the same settings of sharp, and
writes the files. ${IMG2DATASET} downloads and compresses the same photos at quality 50, without resizing, in as many
processes as there are cores; its time is that of the whole command. CPU time is user and system time of all threads and
child processes. The limits on CPU count worker, API and Temporal; MongoDB is shown apart, since the embedded one may be
a stand-in. "Without the time of MongoDB" subtracts its CPU time, divided by the number of cores, from the time of the
request.`,

  async run({ size, log, mongodbUri }): Promise<Findings> {
    const { images, rounds, warmUp } = SIZES[size];
    const python = await provideImg2dataset().catch(messageOf);
    const benches: Bench[] = [];
    try {
      const bench = await startBench(['api', 'worker']);
      benches.push(bench);
      const other =
        mongodbUri === null ? null : await startBench(['api', 'worker'], { mongodbUri });
      if (other !== null) benches.push(other);
      for (const one of benches) await runRequest(one, warmUp);
      const runs = await inTurns<Contender, Run>(log, rounds, {
        balanced: () => runService(bench, images, 'balanced'),
        bareBalanced: () => runLoop(bench, images, 'balanced'),
        fast: () => runService(bench, images, 'fast'),
        bareFast: () => runLoop(bench, images, 'fast'),
        img2dataset:
          typeof python === 'string' ? null : () => runReference(python.path, bench, images),
        otherMongodb: other === null ? null : () => runService(other, images, 'balanced'),
      });
      return findingsOf({
        images,
        runs,
        cores: availableParallelism(),
        noImg2dataset: typeof python === 'string' ? python : '',
      });
    } finally {
      await Promise.all(benches.map((one) => one.stop()));
    }
  },
};

async function runService(bench: Bench, images: number, effort: Effort): Promise<Run> {
  const before = cpuTimesOf(bench);
  const seconds = await runRequest(bench, images, { fields: { effort } });
  const cpu: CpuTimes = cpuBetween(before, cpuTimesOf(bench));
  return { seconds, cpu };
}

async function runLoop({ originUrl, folder }: Bench, images: number, effort: Effort): Promise<Run> {
  const order: LoopOrder = { originUrl, images, effort, folder: path.join(folder, 'bare') };
  const { report, stop } = await startProgram('bareLoop.js', order);
  stop();
  const { seconds, cpuSeconds } = report as LoopReport;
  return { seconds, cpu: { itself: cpuSeconds } };
}

function runReference(python: string, { originUrl, folder }: Bench, images: number): Promise<Run> {
  return runImg2dataset(python, { originUrl, images, folder: path.join(folder, 'img2dataset') });
}
