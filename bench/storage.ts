import { freePort } from '../src/process/ports';
import { say } from '../src/process/main';
import { csvOf, upload, waitUntilCompleted } from './client';
import { startBench, type Bench } from './environment';
import { medianOf, type Measure } from './measure';

const IMAGES = 2_000;
const ROUNDS = 3;
const METRIC = /^image_processor_storage_requests_total\{[^}]*operation="(\w+)"[^}]*\} (\d+)$/gm;

/**
 * Compares the speed of a request of 2,000 images on an S3 server and on disk, and counts the requests to the S3 server.
 * The two installations have separate servers and take turns.
 */
export async function measureStorage(): Promise<Measure[]> {
  const METRICS_PORT = String(await freePort('the metrics', 'METRICS_PORT', 0, say));
  const benches: Bench[] = [];
  try {
    const disk = await startBench(['api', 'worker']);
    benches.push(disk);
    const s3 = await startBench(['api', 'worker'], { objectStorage: true, env: { METRICS_PORT } });
    benches.push(s3);
    const onDisk: number[] = [];
    const onS3: number[] = [];
    // The first request to each is a warm-up.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const speeds = [await imagesPerSecond(disk), await imagesPerSecond(s3)] as const;
      if (round === 0) continue;
      onDisk.push(speeds[0]);
      onS3.push(speeds[1]);
    }
    const name = `images/s on S3, request of ${IMAGES} (baseline: on disk)`;
    return [
      { name, value: medianOf(onS3), baseline: medianOf(onDisk), unit: 'images/s' },
      ...(await requestsOf(METRICS_PORT)),
    ];
  } finally {
    await Promise.all(benches.map((bench) => bench.stop()));
  }
}

async function imagesPerSecond(bench: Bench): Promise<number> {
  const csv = csvOf(bench.originUrl, IMAGES / 4, 4);
  return IMAGES / ((await waitUntilCompleted(bench.url, await upload(bench, csv))) / 1000);
}

/** Returns the worker's requests to the S3 server, by operation, for one request of `IMAGES` images. */
async function requestsOf(metricsPort: string): Promise<Measure[]> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  const counts = new Map<string, number>();
  for (const [, operation = '', count] of (await answer.text()).matchAll(METRIC)) {
    counts.set(operation, (counts.get(operation) ?? 0) + Number(count));
  }
  return [...counts].map(([operation, count]) => ({
    name: `${operation} by the worker, for a request of ${IMAGES}`,
    value: count / (ROUNDS + 1),
    baseline: null,
    unit: 'calls',
  }));
}
