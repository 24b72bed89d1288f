import { createDiskStore } from './disk/store';
import type { FileStore } from './fileStore';

export interface StorageSettings {
  readonly DATA_DIR: string;
}

/** Opens the storage backend that the configuration names: the only place where one is chosen. */
export function openFileStore({ DATA_DIR }: StorageSettings): FileStore {
  return createDiskStore(DATA_DIR);
}
