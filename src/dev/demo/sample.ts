import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startOrigin } from './origin';
import { relinked, type Sheet } from './sheet';

/** Where the pictures of the sample are served. */
const NETWORK = '127.0.0.1/32';

export interface Sample {
  /** The sample with links to the pictures. */
  readonly sheet: Sheet;
  /** For the service: its page offers the sample, and its workers may download the pictures. */
  readonly env: { readonly SAMPLE_FILE: string; readonly ALLOWED_NETWORKS: string };
  stop(): Promise<void>;
}

/**
 * Serves the pictures of the sample, and writes a copy of it with links to them.
 *
 * @param folder where the copy is written
 */
export async function startSample(sheet: Sheet, folder: string): Promise<Sample> {
  const origin = await startOrigin();
  const csv = relinked(sheet.csv, origin.url);
  const file = path.join(folder, 'sample.csv');
  await writeFile(file, csv);
  return {
    sheet: { ...sheet, csv },
    env: {
      SAMPLE_FILE: file,
      ALLOWED_NETWORKS: [process.env['ALLOWED_NETWORKS'] ?? '', NETWORK].join(','),
    },
    stop: () => origin.stop(),
  };
}
