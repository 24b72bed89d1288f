import { createHash } from 'node:crypto';
import { requestsOf, type Evidence, type Violations } from './evidence';
import type { Found } from './found';
import type { Storage } from './storage';
import { makePicture, readLink, recognise } from './pictures';

type Image = Found['images'][number];

export interface FilesChecked {
  readonly violations: Violations;
  readonly files: number;
  /** Result CSVs that were uploaded to object storage in parts. */
  readonly inParts: number;
}

/**
 * Checks that each image's file exists, shows the picture of its link, and has the recorded bytes and hash, and that there
 * are no other files and no drafts.
 */
export async function checkFiles(evidence: Evidence, storage: Storage): Promise<FilesChecked> {
  const files = await storage.images();
  const recorded = new Set<string>();
  const violations: Violations = [];
  const ids = new Set(requestsOf(evidence).map(({ request }) => request._id));
  for (const image of evidence.found.images) {
    if (image.result === null || !ids.has(image.request_id)) continue;
    const name = image.result.file;
    const read = files.get(`${image.request_id}/${name}`);
    recorded.add(`${image.request_id}/${name}`);
    const fault = read === undefined ? 'is missing' : await faultOf(await read(), image);
    if (fault !== null) violations.push(`file ${name} of request ${image.request_id} ${fault}`);
  }
  // A file whose worker died before it was recorded is written again under the same name, so none may remain.
  const strays = [...files.keys()].filter((name) => !recorded.has(name));
  violations.push(...strays.map((name) => `file ${name} belongs to no image`));
  // The end of every round removes the drafts of processes that died in it.
  const drafts = await storage.drafts();
  violations.push(...drafts.map((name) => `draft ${name} was not removed`));
  return { violations, files: recorded.size, inParts: await storage.resultsInParts() };
}

async function faultOf(bytes: Buffer, { url, result }: Image): Promise<string | null> {
  const id = readLink(url);
  if (id === null || result === null)
    return `belongs to ${url}, which is not a link of the harness`;
  if (bytes.length !== result.bytes_out) {
    return `has ${bytes.length} bytes, but ${result.bytes_out} are recorded`;
  }
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  if (!result.file.includes(`-${hash}.`)) return 'does not match the hash in its name';
  const source = await makePicture(id);
  if (source.length !== result.bytes_in) {
    return `has ${result.bytes_in} downloaded bytes recorded, but ${source.length} were sent`;
  }
  const shown = await recognise(bytes).catch(() => null);
  if (shown === null) return 'cannot be decoded, or shows no picture of the harness';
  return shown.sheet === id.sheet && shown.image === id.image
    ? null
    : `shows picture ${shown.sheet}/${shown.image} instead of ${id.sheet}/${id.image}`;
}
