import { open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { FileStore, ResultKind, StoredFile } from '../fileStore';
import { imageNameOf, isRequestId, parseImageName } from '../names';
import { isDraft, startDraft } from './draft';
import { createResultFile } from './resultFile';

/**
 * Keeps files on the local disk, below `dataDir`: images in `files/{request}/{xx}/{name}`, spread over 256
 * folders by their hash, and CSVs in `results/{request}/`.
 */
export function createDiskStore(dataDir: string): FileStore {
  const resultPath = (requestId: string, round: number, kind: ResultKind) =>
    path.join(dataDir, 'results', requestId, `${kind}-${round}.csv`);

  function imagePath(requestId: string, name: string): string | null {
    const parsed = parseImageName(name);
    if (parsed === null || !isRequestId(requestId)) return null;
    return path.join(dataDir, 'files', requestId, parsed.hash.slice(0, 2), name);
  }

  return {
    async writeImage(requestId, ref, format, bytes) {
      const name = imageNameOf(ref, format, bytes);
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

    async openImage(requestId, name) {
      const file = imagePath(requestId, name);
      const opened = file === null ? null : await openFile(file);
      const contentType = parseImageName(name)?.contentType;
      return opened === null || contentType === undefined ? null : { ...opened, contentType };
    },

    createResultFile: (requestId, round, kind) =>
      createResultFile(resultPath(requestId, round, kind)),

    openResult: (requestId, round, kind) => openFile(resultPath(requestId, round, kind)),

    async removeDrafts(requestId) {
      if (!isRequestId(requestId)) return;
      const images = path.join(dataDir, 'files', requestId);
      const folders = (await namesIn(images)).map((name) => path.join(images, name));
      for (const folder of [path.join(dataDir, 'results', requestId), ...folders]) {
        for (const name of (await namesIn(folder)).filter(isDraft)) {
          await rm(path.join(folder, name), { force: true });
        }
      }
    },

    async removeRequest(requestId) {
      if (!isRequestId(requestId)) return;
      for (const folder of ['files', 'results']) {
        await rm(path.join(dataDir, folder, requestId), { recursive: true, force: true });
      }
    },
  };
}

/** Names of the files and folders in a folder; empty when it does not exist. */
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
