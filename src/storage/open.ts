import { createDiskStore } from './disk/store';
import type { FileStore } from './fileStore';
import type { OnRequest } from './s3/client';
import { createS3Store } from './s3/store';

export interface StorageSettings {
  readonly DATA_DIR: string;
  readonly STORAGE_URL?: { readonly bucket: string; readonly prefix: string } | undefined;
  readonly STORAGE_PATH_STYLE: boolean;
}

/** Opens the storage backend that the configuration names: the only place where one is chosen. */
export function openFileStore(settings: StorageSettings, onRequest?: OnRequest): FileStore {
  const { DATA_DIR, STORAGE_URL, STORAGE_PATH_STYLE: pathStyle } = settings;
  if (STORAGE_URL === undefined) return createDiskStore(DATA_DIR);
  return createS3Store({ ...STORAGE_URL, pathStyle }, onRequest);
}
