import { readFileSync, writeFileSync } from 'node:fs';
import type { Config } from '../config';
import { makeThumbnail } from '../images/thumbnail';
import { errorMessageOf, type ThumbnailAnswer, type ThumbnailJob } from './messages';

/** Makes the thumbnails that the API asks for, one at a time. Runs in a thumbnail process. */
export function serveThumbnails(settings: Pick<Config, 'MAX_IMAGE_PIXELS'>): void {
  process.on('message', (job: ThumbnailJob) => {
    void answerTo(job).then((answer) => process.send?.(answer));
  });

  async function answerTo({ file, output, width }: ThumbnailJob): Promise<ThumbnailAnswer> {
    try {
      writeFileSync(output, await makeThumbnail(readFileSync(file), width, settings));
      return { made: true };
    } catch (error) {
      return { error: errorMessageOf(error) };
    }
  }
}
