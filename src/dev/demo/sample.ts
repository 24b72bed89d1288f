import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startOrigin } from './origin';
import { relinked, type Sheet } from './sheet';

/** Where the pictures of the sample are served. */
const NETWORK = '127.0.0.1/32';

/** The pictures are made when they are asked for, which takes more than the default 10 s on a busy machine. */
const FIRST_BYTE_TIMEOUT_MS = '25000';

export interface Sample {
  /** The sample with links to the pictures. */
  readonly sheet: Sheet;
  /** For the service: its page offers the sample, and its workers may download the pictures and wait for them. */
  readonly env: Readonly<
    Record<'SAMPLE_FILE' | 'ALLOWED_NETWORKS' | 'FIRST_BYTE_TIMEOUT_MS', string>
  >;
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
      FIRST_BYTE_TIMEOUT_MS: process.env['FIRST_BYTE_TIMEOUT_MS'] ?? FIRST_BYTE_TIMEOUT_MS,
    },
    stop: () => origin.stop(),
  };
}
