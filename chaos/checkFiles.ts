import { createHash } from 'node:crypto';
import { requestsOf, type Evidence, type Violations } from './evidence';
import type { Found } from './found';
import type { Storage } from './storage';
import { makePicture, readLink, recognise } from './pictures';

type Image = Found['images'][number];

export interface FilesChecked {
  readonly violations: Violations;
  readonly files: number;
  /** Drafts and unfinished uploads of killed processes. Nothing refers to them. */
  readonly drafts: number;
}

/** Checks that each image's file exists, shows the picture of its link, and has the recorded bytes and hash. */
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
  const strays = [...files.keys()].filter((name) => !recorded.has(name));
  const drafts = strays.filter((name) => name.endsWith('.tmp'));
  // A file whose worker died before it was recorded is written again under the same name, so none may remain.
  for (const name of strays) {
    if (!name.endsWith('.tmp')) violations.push(`file ${name} belongs to no image`);
  }
  const uploads = await storage.unfinishedUploads();
  return { violations, files: recorded.size, drafts: drafts.length + uploads };
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
