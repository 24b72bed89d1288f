import { readFileSync } from 'node:fs';
import type { Config } from '../config';
import type { FileStore } from '../storage/fileStore';
import { compress } from '../images/compress';
import type { Cost } from '../images/cost';
import { errorMessageOf, type CompressAnswer, type CompressJob } from './messages';

/** Thrown to leave an image before it is decoded. */
class CostsMore extends Error {
  constructor(readonly cost: Cost) {
    super('The image costs more than it may here');
  }
}

/** Compresses and stores the images that the worker sends, one at a time. Runs in an image process. */
export function serveImages(
  settings: Pick<Config, 'MAX_IMAGE_PIXELS'>,
  files: Pick<FileStore, 'writeImage'>,
): void {
  process.on('message', (job: CompressJob) => {
    void answerTo(job).then((answer) => process.send?.(answer));
  });

  async function answerTo(job: CompressJob): Promise<CompressAnswer> {
    try {
      return await compressAndStore(job);
    } catch (error) {
      return error instanceof CostsMore ? { cost: error.cost } : { error: errorMessageOf(error) };
    }
  }

  async function compressAndStore(job: CompressJob): Promise<CompressAnswer> {
    const { file, requestId, ref, options, most } = job;
    const { bytes, ...shape } = await compress(readFileSync(file), options, settings, (cost) => {
      if (most === null) return;
      const isMore = cost.memoryBytes > most.memoryBytes || cost.cpuSeconds > most.cpuSeconds;
      if (isMore) throw new CostsMore(cost);
    });
    const started = performance.now();
    const name = await files.writeImage(requestId, ref, shape.format, bytes);
    const storeSeconds = (performance.now() - started) / 1000;
    return { stored: { file: name, bytes_out: bytes.length, ...shape }, storeSeconds };
  }
}
