import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { contentTypeOf, EXTENSIONS, extensionOf, type ImageFormat } from '../../contract/formats';
import { isDraft, startDraft } from './draft';
import { createResultFile, type ResultFile } from './resultFile';

const HASH_DIGITS = 32;
/** Bounded: what the file system refuses as too long is no file of ours. */
const NAME = new RegExp(`^[0-9]{1,10}-[0-9]{1,10}-([0-9a-f]{32})\\.(${EXTENSIONS.join('|')})$`);
const REQUEST_ID = /^[0-9a-f-]{36}$/;

const LEFTOVER_MS = 24 * 60 * 60 * 1000;

export interface StoredFile {
  readonly stream: Readable;
  /** Bytes. */
  readonly size: number;
}

export interface StoredImage extends StoredFile {
  readonly contentType: string;
}

export type ResultKind = 'result' | 'failed';
export type FileStore = ReturnType<typeof createFileStore>;

/**
 * The bytes of requests on the local disk, below `dataDir`: `files/{request}/{xx}/{name}` for images,
 * spread over 256 folders by their hash, `results/{request}/` for CSVs, `uploads/` for what is being
 * uploaded.
 */
export function createFileStore(dataDir: string) {
  const spoolDir = path.join(dataDir, 'uploads');
  const resultPath = (requestId: string, round: number, kind: ResultKind) =>
    path.join(dataDir, 'results', requestId, `${kind}-${round}.csv`);

  function imagePath(requestId: string, name: string): string | null {
    const hash = NAME.exec(name)?.[1];
    if (hash === undefined || !REQUEST_ID.test(requestId)) return null;
    return path.join(dataDir, 'files', requestId, hash.slice(0, 2), name);
  }

  return {
    spoolDir,

    /**
     * Writes an image. The name ends in a hash of the content: the same bytes again are the same file, other
     * bytes another, and a file once named never changes.
     *
     * @param ref the image's `lane-number`
     * @returns the name
     */
    async writeImage(
      requestId: string,
      ref: string,
      format: ImageFormat,
      bytes: Buffer,
    ): Promise<string> {
      const hash = createHash('sha256').update(bytes).digest('hex').slice(0, HASH_DIGITS);
      const name = `${ref}-${hash}.${extensionOf(format)}`;
      const file = imagePath(requestId, name);
      if (file === null) throw new Error(`Expected a file name, received ${name} for ${requestId}`);
      const draft = await startDraft(file);
      try {
        await draft.handle.writeFile(bytes);
        await draft.commit();
      } catch (error) {
        await draft.discard();
        throw error;
      }
      return name;
    },

    /** @returns `null` when there is no such file; names that could lead elsewhere are none */
    async openImage(requestId: string, name: string): Promise<StoredImage | null> {
      const file = imagePath(requestId, name);
      const contentType = contentTypeOf(path.extname(name).slice(1));
      if (file === null || contentType === undefined) return null;
      const opened = await openFile(file);
      return opened === null ? null : { ...opened, contentType };
    },

    createResultFile: (requestId: string, round: number, kind: ResultKind): Promise<ResultFile> =>
      createResultFile(resultPath(requestId, round, kind)),

    openResult: (requestId: string, round: number, kind: ResultKind) =>
      openFile(resultPath(requestId, round, kind)),

    /** Removes what workers that died left half-written. Call when nobody writes for the request any more. */
    async removeDrafts(requestId: string): Promise<void> {
      if (!REQUEST_ID.test(requestId)) return;
      const images = path.join(dataDir, 'files', requestId);
      const folders = (await namesIn(images)).map((name) => path.join(images, name));
      for (const folder of [path.join(dataDir, 'results', requestId), ...folders]) {
        for (const name of (await namesIn(folder)).filter(isDraft)) {
          await rm(path.join(folder, name), { force: true });
        }
      }
    },

    async removeRequest(requestId: string): Promise<void> {
      if (!REQUEST_ID.test(requestId)) return;
      for (const folder of ['files', 'results']) {
        await rm(path.join(dataDir, folder, requestId), { recursive: true, force: true });
      }
    },

    /** Makes the spool folder, and removes from it what a process that died left there. */
    async clearSpool(): Promise<void> {
      await mkdir(spoolDir, { recursive: true });
      for (const name of await readdir(spoolDir)) {
        const file = path.join(spoolDir, name);
        const { mtimeMs } = await stat(file);
        if (Date.now() - mtimeMs > LEFTOVER_MS) await rm(file, { force: true });
      }
    },
  };
}

/** Of the files and folders in a folder; none where it is not there. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function openFile(file: string): Promise<StoredFile | null> {
  try {
    const handle = await open(file);
    const { size } = await handle.stat();
    return { stream: handle.createReadStream(), size };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
