import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../client';
import { waitUntilCompleted, csvOf, upload } from './client';
import { medianOf, type Measure } from './measure';
import type { Bench } from './environment';

const IMAGES = 20_000;
const FIRST_IMAGES = 2_000;
const SMALL_REQUESTS = 5;
/** Memory is read after this pause, when it is stable. */
const STABLE_PAUSE_MS = 3_000;

/**
 * Runs a request of 20,000 small images. Compares requests of 3 images that are uploaded meanwhile with the same
 * requests on an idle service, and the worker's memory after 20,000 images with that after 2,000. Code and data that
 * the first images load do not count as growth.
 */
export async function measureLarge(bench: Bench): Promise<Measure[]> {
  const small = csvOf(`${bench.originUrl}/small`, 3);
  await waitUntilCompleted(
    bench.url,
    await upload(bench, csvOf(`${bench.originUrl}/small`, FIRST_IMAGES / 4, 4)),
  );
  await sleep(STABLE_PAUSE_MS);
  const memoryBefore = bench.memoryOf('worker');

  const idle: number[] = [];
  for (let round = 0; round < SMALL_REQUESTS; round += 1) {
    idle.push(await waitUntilCompleted(bench.url, await upload(bench, small)));
  }
  const large = await upload(bench, csvOf(`${bench.originUrl}/small`, IMAGES / 4, 4));
  const whileLarge: number[] = [];
  for (let round = 0; round < SMALL_REQUESTS; round += 1) {
    await sleep(STABLE_PAUSE_MS);
    whileLarge.push(await waitUntilCompleted(bench.url, await upload(bench, small)));
  }
  const { status } = await createClient({ url: bench.url }).request(large.id);
  if (status !== 'processing') {
    throw new Error(`The large request ended before the small ones (status ${status})`);
  }
  const took = await waitUntilCompleted(bench.url, large);
  await sleep(STABLE_PAUSE_MS);
  return [
    {
      name: `3 images while ${IMAGES} run, vs an idle service`,
      value: medianOf(whileLarge) / 1000,
      baseline: medianOf(idle) / 1000,
      unit: 's',
    },
    {
      name: `worker's memory after ${IMAGES} images, vs after ${FIRST_IMAGES}`,
      value: bench.memoryOf('worker'),
      baseline: memoryBefore,
      unit: 'MiB',
    },
    { name: 'small images/s', value: IMAGES / (took / 1000), baseline: null, unit: 'images/s' },
  ];
}
