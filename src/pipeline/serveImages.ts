import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Config } from '../config';
import { compress } from '../images/compress';
import type { Cost } from '../images/cost';
import { errorMessageOf, type CompressAnswer, type CompressJob } from './messages';

/** Thrown to leave an image before it is decoded. */
class CostsMore extends Error {
  constructor(readonly cost: Cost) {
    super('The image costs more than it may here');
  }
}

/** Compresses the images that the worker sends, one at a time. Runs in an image process. */
export function serveImages(settings: Pick<Config, 'MAX_IMAGE_PIXELS'>): void {
  process.on('message', (job: CompressJob) => {
    void answerTo(job).then((answer) => process.send?.(answer));
  });

  async function answerTo(job: CompressJob): Promise<CompressAnswer> {
    try {
      return await compressFile(job);
    } catch (error) {
      return error instanceof CostsMore ? { cost: error.cost } : { error: errorMessageOf(error) };
    }
  }

  async function compressFile({
    file,
    output,
    options,
    most,
  }: CompressJob): Promise<CompressAnswer> {
    const started = performance.now();
    const { bytes, ...shape } = await compress(readFileSync(file), options, settings, (cost) => {
      if (most === null) return;
      const isMore = cost.memoryBytes > most.memoryBytes || cost.cpuSeconds > most.cpuSeconds;
      if (isMore) throw new CostsMore(cost);
    });
    // Synchronous, since the process has nothing else to do. The storage syncs the file if it keeps it.
    writeFileSync(output, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const ms = Math.round(performance.now() - started);
    return { compressed: { sha256, bytes_out: bytes.length, ...shape, ms } };
  }
}
