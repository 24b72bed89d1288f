import { createHash, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { Agent, request } from 'undici';
import { waitUntilCompleted, csvOf, upload } from './client';
import { medianOf, type Measure } from './measure';
import type { Bench } from './environment';

const IMAGES = 2_000;
const ROUNDS = 3;
/** Enough to keep both cores busy; higher values were not faster. */
const LOOP_CONCURRENCY = 16;

/** Compares a request of 2,000 images with a bare loop over the same pictures, alternating. */
export async function measureThroughput(bench: Bench): Promise<Measure[]> {
  const csv = csvOf(bench.originUrl, IMAGES / 4, 4);
  const service: number[] = [];
  const loop: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    service.push(IMAGES / ((await waitUntilCompleted(bench.url, await upload(bench, csv))) / 1000));
    loop.push(IMAGES / (await bareLoop(bench)));
  }
  const [ours, bare] = [medianOf(service), medianOf(loop)];
  return [
    { name: `images/s, request of ${IMAGES}`, value: ours, baseline: bare, unit: 'images/s' },
  ];
}

/** Only downloads, compresses and writes every picture. @returns seconds */
async function bareLoop({ originUrl, folder }: Bench): Promise<number> {
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
