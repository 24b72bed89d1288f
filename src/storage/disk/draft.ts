import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';

/** A file that is being written beside the place where it will stand. */
export interface Draft {
  readonly handle: FileHandle;
  /** Puts the file in its place: whole, and on disk before its name is. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

const ENDING = '.tmp';

export function isDraft(name: string): boolean {
  return name.endsWith(ENDING);
}

/** Readers see the old file or the new one, never a part; a discarded draft leaves nothing. */
export async function startDraft(file: string): Promise<Draft> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}${ENDING}`;
  const handle = await open(temporary, 'wx');

  async function discard(): Promise<void> {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
  }

  return {
    handle,
    discard,
    async commit() {
      await handle.sync();
      await handle.close();
      await rename(temporary, file);
    },
  };
}

/** Puts a file in its place: whole, and on disk before its name is, also when that is another disk. */
export async function moveFile(from: string, to: string): Promise<void> {
  await sync(from);
  try {
    await renameInto(path.dirname(to), from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const draft = await startDraft(to);
    try {
      await writeFile(draft.handle, createReadStream(from));
      await draft.commit();
    } catch (failed) {
      await draft.discard();
      throw failed;
    }
    await rm(from);
  }
}

/**
 * Puts the names of a file and of its folder on disk. Without it, a power failure may lose a file whose content is on
 * disk. Images do without: it would cost each of them as much as writing it.
 */
export async function syncName(file: string): Promise<void> {
  const folder = path.dirname(file);
  await sync(folder);
  await sync(path.dirname(folder));
}

/** Waits until a file's content, or the names in a folder, are on disk. */
async function sync(file: string): Promise<void> {
  const handle = await open(file);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates the folder only when it is missing: most images find it. */
async function renameInto(folder: string, from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true });
    await rename(from, to);
  }
}
