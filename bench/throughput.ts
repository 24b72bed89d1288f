import { createHash, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { Agent, request } from 'undici';
import { finished, sheetOf, upload } from './client';
import { medianOf, type Measure } from './measure';
import type { Stage } from './stage';

const IMAGES = 2_000;
const ROUNDS = 3;
/** Enough to keep both cores busy; more did not help the loop. */
const LOOP_CONCURRENCY = 16;

/** A request of 2,000 images beside the bare loop on the same pictures, in turns. */
export async function measureThroughput(stage: Stage): Promise<Measure[]> {
  const csv = sheetOf(stage.originUrl, IMAGES / 4, 4);
  const service: number[] = [];
  const loop: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    service.push(IMAGES / ((await finished(stage.url, await upload(stage, csv))) / 1000));
    loop.push(IMAGES / (await bareLoop(stage)));
  }
  const [ours, bare] = [medianOf(service), medianOf(loop)];
  return [{ name: `images/s, request of ${IMAGES}`, value: ours, beside: bare, unit: 'images/s' }];
}

/** Downloads, compresses and writes every picture, and nothing else. @returns seconds */
async function bareLoop({ originUrl, folder }: Stage): Promise<number> {
  const target = path.join(folder, 'bare', randomUUID());
  await mkdir(target, { recursive: true });
  const dispatcher = new Agent();
  const started = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: LOOP_CONCURRENCY }, async () => {
      while (next < IMAGES) {
        const number = next++;
        const { body } = await request(`${originUrl}/${number}.jpg`, { dispatcher });
        const bytes = Buffer.from(await body.arrayBuffer());
        const compressed = await sharp(bytes).autoOrient().jpeg({ quality: 50 }).toBuffer();
        const hash = createHash('sha256').update(compressed).digest('hex');
        await writeFile(path.join(target, `${number}-${hash}.jpg`), compressed);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  await dispatcher.close();
  return seconds;
}
