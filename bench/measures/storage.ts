import { freePort } from '../../src/process/ports';
import { runRequest } from '../client';
import { startBench, type Bench } from '../environment';
import type { Measure } from '../measure';
import { compare, inTurns, summaryOf } from '../samples';
import { shown } from '../table';

const SIZES = { whole: { images: 2_000, rounds: 3 }, quick: { images: 200, rounds: 1 } } as const;
const METRIC = /^image_processor_storage_requests_total\{[^}]*operation="(\w+)"[^}]*\} (\d+)$/gm;

export const storage: Measure = {
  title: 'Object storage',
  about: `A request of 2,000 photos with its files on an S3 server, and on disk, on installations with servers of their
own, in turns; and the requests to the S3 server for one such request.`,

  async run({ size, log }) {
    const { images, rounds } = SIZES[size];
    const METRICS_PORT = String(await freePort('the metrics', 'METRICS_PORT', 0, log));
    const benches: Bench[] = [];
    try {
      const disk = await startBench(['api', 'worker']);
      benches.push(disk);
      const s3 = await startBench(['api', 'worker'], {
        objectStorage: true,
        env: { METRICS_PORT },
      });
      benches.push(s3);
      for (const bench of benches) await runRequest(bench, images / 10);
      const before = await requestsOf(METRICS_PORT);
      const speeds = await inTurns(log, rounds, {
        disk: async () => images / (await runRequest(disk, images)),
        s3: async () => images / (await runRequest(s3, images)),
      });
      const calls = [...(await requestsOf(METRICS_PORT))].map(([operation, count]) => [
        operation,
        shown((count - (before.get(operation) ?? 0)) / rounds),
      ]);
      return {
        tables: [
          {
            title: 'Images a second',
            header: ['On S3', 'On disk', 'Ratio'],
            rows: [
              [
                summaryOf(speeds.s3, '/s'),
                summaryOf(speeds.disk, '/s'),
                shown(compare(speeds.s3, speeds.disk, '/s').ratio),
              ],
            ],
          },
          {
            title: `Requests of the worker to the S3 server for ${images} images`,
            header: ['Operation', 'Calls'],
            rows: calls,
          },
        ],
      };
    } finally {
      await Promise.all(benches.map((bench) => bench.stop()));
    }
  },
};

/** Returns how many requests the worker has sent to the S3 server, by operation. */
async function requestsOf(metricsPort: string): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const counts = new Map<string, number>();
  for (const [, operation = '', count] of (await answer.text()).matchAll(METRIC)) {
    counts.set(operation, (counts.get(operation) ?? 0) + Number(count));
  }
  return counts;
}
