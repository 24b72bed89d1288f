import { readFile } from 'node:fs/promises';
import { messageOf } from '../../errors';

export interface Sheet {
  readonly file: string;
  readonly csv: Buffer<ArrayBuffer>;
}

/** The placeholder for the demo's origin in the sample. It never resolves (RFC 2606). */
const PLACEHOLDER = 'http://demo.invalid';

export async function readSheet(file: string): Promise<Sheet> {
  try {
    return { file, csv: await readFile(file) };
  } catch (error) {
    throw new Error(`Expected a CSV file to upload, received ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Returns the sample with links to an origin. */
export function relinked(csv: Buffer, originUrl: string): Buffer<ArrayBuffer> {
  return Buffer.from(csv.toString().replaceAll(PLACEHOLDER, originUrl));
}
