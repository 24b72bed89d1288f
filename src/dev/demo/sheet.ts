import { readFile } from 'node:fs/promises';
import { messageOf } from '../../errors';

export interface Sheet {
  readonly file: string;
  readonly csv: Buffer<ArrayBuffer>;
  /** Its links lead to the demo's own origin. */
  readonly isSample: boolean;
}

/** Stands for the demo's origin in the sample; resolves nowhere (RFC 2606). */
const PLACEHOLDER = 'http://demo.invalid';

export async function readSheet(file: string, isSample: boolean): Promise<Sheet> {
  try {
    return { file, csv: await readFile(file), isSample };
  } catch (error) {
    throw new Error(`Expected a CSV file to upload, received ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The sample, with links that lead to an origin. */
export function relinked(csv: Buffer, originUrl: string): Buffer<ArrayBuffer> {
  return Buffer.from(csv.toString().replaceAll(PLACEHOLDER, originUrl));
}
