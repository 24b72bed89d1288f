import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { Agent, request } from 'undici';
import { ENCODERS } from '../src/images/encoders';
import type { Effort } from '../contract/formats';

/** What the program is told, as JSON, and what it answers. */
export interface LoopOrder {
  readonly originUrl: string;
  readonly images: number;
  readonly effort: Effort;
  readonly folder: string;
}
export interface LoopReport {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const QUALITY = 50;
/** Enough to keep both cores busy; higher values were not faster. */
const CONCURRENCY = 16;

/** Only downloads, compresses and writes every picture, in one process. */
async function run({ originUrl, images, effort, folder }: LoopOrder): Promise<LoopReport> {
  await mkdir(folder, { recursive: true });
  const dispatcher = new Agent();
  const [started, before] = [performance.now(), process.cpuUsage()];
  let next = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < images) {
        const number = next++;
        const { body } = await request(`${originUrl}/${number}.jpg`, { dispatcher });
        const photo = sharp(Buffer.from(await body.arrayBuffer())).autoOrient();
        const encoded = await ENCODERS.jpeg[effort](photo, QUALITY, false);
        await encoded.toFile(path.join(folder, `${number}.jpg`));
      }
    }),
  );
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1000;
  await dispatcher.close();
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

process.once('message', (order) => {
  void run(order as LoopOrder).then((report) => process.send?.(report));
});
