import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../client';
import { finished, sheetOf, upload } from './client';
import { medianOf, type Measure } from './measure';
import type { Stage } from './stage';

const IMAGES = 20_000;
const BEFORE = 2_000;
const SMALL_REQUESTS = 5;
/** What is loaded at the first images is no growth: memory is read when it has settled. */
const SETTLE_MS = 3_000;

/**
 * A request of 20,000 small images: how long requests of 3 images take that are uploaded meanwhile, beside
 * the same on an idle service, and the worker's memory after it beside that after 2,000.
 */
export async function measureLarge(stage: Stage): Promise<Measure[]> {
  const small = sheetOf(`${stage.originUrl}/small`, 3);
  await finished(
    stage.url,
    await upload(stage, sheetOf(`${stage.originUrl}/small`, BEFORE / 4, 4)),
  );
  await sleep(SETTLE_MS);
  const memoryBefore = stage.memoryOf('worker');

  const idle: number[] = [];
  for (let round = 0; round < SMALL_REQUESTS; round += 1) {
    idle.push(await finished(stage.url, await upload(stage, small)));
  }
  const large = await upload(stage, sheetOf(`${stage.originUrl}/small`, IMAGES / 4, 4));
  const besideLarge: number[] = [];
  for (let round = 0; round < SMALL_REQUESTS; round += 1) {
    await sleep(SETTLE_MS);
    besideLarge.push(await finished(stage.url, await upload(stage, small)));
  }
  const { status } = await createClient({ url: stage.url }).request(large.id);
  if (status !== 'processing') throw new Error(`Expected it to be running still, it is ${status}`);
  const took = await finished(stage.url, large);
  await sleep(SETTLE_MS);
  return [
    {
      name: `3 images while ${IMAGES} run, beside an idle service`,
      value: medianOf(besideLarge) / 1000,
      beside: medianOf(idle) / 1000,
      unit: 's',
    },
    {
      name: `worker's memory after ${IMAGES} images, beside after ${BEFORE}`,
      value: stage.memoryOf('worker'),
      beside: memoryBefore,
      unit: 'MiB',
    },
    { name: 'small images/s', value: IMAGES / (took / 1000), beside: null, unit: 'images/s' },
  ];
}
