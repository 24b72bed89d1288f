import { access, constants, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ByteRange, FileStore, ResultKind } from '../fileStore';
import { imageNameOf, isRequestId, parseImageName, SHEET_NAME } from '../names';
import { isDraft, moveFile, syncName } from './draft';
import { createResultFile } from './resultFile';

/**
 * Keeps files on the local disk, below `dataDir`: images in `files/{request}/{xx}/{name}`, spread over 256
 * folders by their hash, and CSVs in `results/{request}/`: the upload and the results.
 */
export function createDiskStore(dataDir: string): FileStore {
  const resultPath = (requestId: string, round: number, kind: ResultKind) =>
    path.join(dataDir, 'results', requestId, `${kind}-${round}.csv`);

  const sheetPath = (requestId: string) => path.join(dataDir, 'results', requestId, SHEET_NAME);

  function imagePath(requestId: string, name: string): string | null {
    const parsed = parseImageName(name);
    if (parsed === null || !isRequestId(requestId)) return null;
    return path.join(dataDir, 'files', requestId, parsed.hash.slice(0, 2), name);
  }

  /** Lists the folders that hold the files of a request. */
  async function foldersOf(requestId: string): Promise<string[]> {
    const images = path.join(dataDir, 'files', requestId);
    const folders = (await namesIn(images)).map((name) => path.join(images, name));
    return [path.join(dataDir, 'results', requestId), ...folders];
  }

  return {
    async writeImage(requestId, ref, { file: from, format, sha256 }) {
      const name = imageNameOf(ref, format, sha256);
      const file = imagePath(requestId, name);
      try {
        if (file === null) {
          throw new Error(`Expected a file name, received ${name} for ${requestId}`);
        }
        await moveFile(from, file);
      } catch (error) {
        await rm(from, { force: true });
        throw error;
      }
      return name;
    },

    async describeImage(requestId, name) {
      const file = imagePath(requestId, name);
      const contentType = parseImageName(name)?.contentType;
      if (file === null || contentType === undefined) return null;
      const found = await orNull(stat(file));
      return found === null ? null : { size: found.size, contentType, modified: found.mtime };
    },

    async openImage(requestId, name, range) {
      const file = imagePath(requestId, name);
      const contentType = parseImageName(name)?.contentType;
      if (file === null || contentType === undefined) return null;
      const opened = await openFile(file, range);
      return opened === null ? null : { ...opened, contentType };
    },

    async writeSheet(requestId, file) {
      const sheet = sheetPath(requestId);
      await moveFile(file, sheet);
      await syncName(sheet);
    },

    openSheet: (requestId) => openFile(sheetPath(requestId)),

    createResultFile: (requestId, round, kind) =>
      createResultFile(resultPath(requestId, round, kind)),

    openResult: (requestId, round, kind) => openFile(resultPath(requestId, round, kind)),

    async removeDrafts(requestId) {
      if (!isRequestId(requestId)) return;
      for (const folder of await foldersOf(requestId)) {
        for (const name of (await namesIn(folder)).filter(isDraft)) {
          await rm(path.join(folder, name), { force: true });
        }
      }
    },

    async removeRequest(requestId) {
      if (!isRequestId(requestId)) return 0;
      let count = 0;
      for (const folder of await foldersOf(requestId)) count += (await namesIn(folder)).length;
      for (const folder of ['files', 'results']) {
        await rm(path.join(dataDir, folder, requestId), { recursive: true, force: true });
      }
      return count;
    },

    // Root, who may write everywhere, is told of a file system that is read-only.
    check: () => access(dataDir, constants.R_OK | constants.W_OK),
  };
}

/** Names of the files and folders in a folder; empty when it does not exist. */
async function namesIn(folder: string): Promise<string[]> {
  return (await orNull(readdir(folder))) ?? [];
}

async function openFile(file: string, range?: ByteRange) {
  const handle = await orNull(open(file));
  if (handle === null) return null;
  const { size, mtime } = await handle.stat();
  return {
    stream: handle.createReadStream(range),
    size: range === undefined ? size : range.end - range.start + 1,
    modified: mtime,
  };
}

/** Returns `null` when there is no such file or folder. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
