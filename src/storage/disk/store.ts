import { access, constants, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ThumbnailWidth } from '../../../contract/formats';
import type { ByteRange, FileStore, ImageDetails, ResultKind, StoredImage } from '../fileStore';
import {
  imageNameOf,
  isRequestId,
  parseImageName,
  SHEET_NAME,
  THUMBNAIL_TYPE,
  thumbnailOf,
} from '../names';
import { isDraft, moveFile, syncName } from './draft';
import { createResultFile } from './resultFile';

/**
 * Keeps files on the local disk, below `dataDir`: images in `files/{request}/{xx}/{name}`, spread over 256
 * folders by their hash, their thumbnails beside them, and CSVs in `results/{request}/`: the upload and the results.
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

  /** Returns the paths of an image and of its thumbnail. */
  function thumbnailPaths(requestId: string, name: string, width: ThumbnailWidth) {
    const image = imagePath(requestId, name);
    return image === null ? null : { image, thumbnail: thumbnailOf(image, width) };
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
      return file === null || contentType === undefined ? null : describeFile(file, contentType);
    },

    async openImage(requestId, name, range) {
      const file = imagePath(requestId, name);
      const contentType = parseImageName(name)?.contentType;
      return file === null || contentType === undefined ? null : openAs(contentType, file, range);
    },

    async writeThumbnail(requestId, name, width, from) {
      const paths = thumbnailPaths(requestId, name, width);
      try {
        // Before, so that no folder is made for a request that is gone.
        if (paths === null || !(await exists(paths.image))) return;
        await moveFile(from, paths.thumbnail);
        if (!(await exists(paths.image))) await rm(paths.thumbnail, { force: true });
      } finally {
        await rm(from, { force: true });
      }
    },

    async describeThumbnail(requestId, name, width) {
      const paths = thumbnailPaths(requestId, name, width);
      return paths === null ? null : describeFile(paths.thumbnail, THUMBNAIL_TYPE);
    },

    async openThumbnail(requestId, name, width, range) {
      const paths = thumbnailPaths(requestId, name, width);
      return paths === null ? null : openAs(THUMBNAIL_TYPE, paths.thumbnail, range);
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

async function exists(file: string): Promise<boolean> {
  return (await orNull(stat(file))) !== null;
}

async function describeFile(file: string, contentType: string): Promise<ImageDetails | null> {
  const found = await orNull(stat(file));
  return found === null ? null : { size: found.size, contentType, modified: found.mtime };
}

async function openAs(
  contentType: string,
  file: string,
  range?: ByteRange,
): Promise<StoredImage | null> {
  const opened = await openFile(file, range);
  return opened === null ? null : { ...opened, contentType };
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
