import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { requestsOf, type Evidence, type Violations } from './evidence';
import type { Found } from './found';
import { makePicture, readLink, recognise } from './pictures';

type Image = Found['images'][number];

export interface FilesChecked {
  readonly violations: Violations;
  readonly files: number;
  /** Drafts that a kill left; nothing refers to them. */
  readonly drafts: number;
}

/** Each image's file is there, is whole, shows what its link shows, and has the bytes that are recorded. */
export async function checkFiles(evidence: Evidence): Promise<FilesChecked> {
  const files = await listFiles(path.join(evidence.folder, 'files'));
  const recorded = new Set<string>();
  const violations: Violations = [];
  const ids = new Set(requestsOf(evidence).map(({ request }) => request._id));
  for (const image of evidence.found.images) {
    if (image.result === null || !ids.has(image.request_id)) continue;
    const name = image.result.file;
    const file = files.get(`${image.request_id}/${name}`);
    recorded.add(`${image.request_id}/${name}`);
    const fault = file === undefined ? 'is not there' : await faultOf(file, image);
    if (fault !== null) violations.push(`file ${name} of request ${image.request_id} ${fault}`);
  }
  const strays = [...files.keys()].filter((name) => !recorded.has(name));
  const drafts = strays.filter((name) => name.endsWith('.tmp'));
  // A file whose worker died before the record is written again under the same name: none may be left over.
  for (const name of strays) {
    if (!name.endsWith('.tmp')) violations.push(`file ${name} is no image's file`);
  }
  return { violations, files: recorded.size, drafts: drafts.length };
}

async function faultOf(file: string, { url, result }: Image): Promise<string | null> {
  const id = readLink(url);
  if (id === null || result === null) return `belongs to ${url}, which is no link of ours`;
  const bytes = await readFile(file);
  if (bytes.length !== result.bytes_out) {
    return `has ${bytes.length} bytes, recorded are ${result.bytes_out}`;
  }
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  if (!result.file.includes(`-${hash}.`)) return `has other bytes than its name says`;
  const source = await makePicture(id);
  if (source.length !== result.bytes_in) {
    return `was made of ${result.bytes_in} bytes, sent were ${source.length}`;
  }
  const shown = await recognise(bytes).catch(() => null);
  if (shown === null) return 'cannot be decoded, or shows nothing of ours';
  return shown.sheet === id.sheet && shown.image === id.image
    ? null
    : `shows picture ${shown.sheet}/${shown.image} in place of ${id.sheet}/${id.image}`;
}

/** @returns paths by `{request}/{name}`; in between lie folders that spread the files */
async function listFiles(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const [request = ''] = path.relative(folder, entry.parentPath).split(path.sep);
        return [`${request}/${entry.name}`, path.join(entry.parentPath, entry.name)];
      }),
  );
}
