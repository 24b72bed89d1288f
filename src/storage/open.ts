import { S3Client } from '@aws-sdk/client-s3';
import { createDiskStore } from './disk/store';
import type { FileStore } from './fileStore';
import { createImageLinks, type ImageLinks, type LinkSettings } from './links';
import { createPresign } from './s3/presign';

export interface StorageSettings {
  readonly DATA_DIR: string;
}

/** Opens the storage backend that the configuration names: the only place where one is chosen. */
export function openFileStore({ DATA_DIR }: StorageSettings): FileStore {
  return createDiskStore(DATA_DIR);
}

export interface ImageLinkSettings extends LinkSettings {
  readonly STORAGE_URL?: { readonly bucket: string; readonly prefix: string } | undefined;
  readonly STORAGE_PATH_STYLE: boolean;
  /** Seconds. */
  readonly STORAGE_LINK_TTL: number;
}

/** Chooses what links to stored images look like. */
export function openImageLinks(settings: ImageLinkSettings): ImageLinks {
  const { STORAGE_URL, STORAGE_LINKS, STORAGE_PATH_STYLE: pathStyle, STORAGE_LINK_TTL } = settings;
  if (STORAGE_URL === undefined || STORAGE_LINKS !== 'presigned') return createImageLinks(settings);
  const client = new S3Client({ forcePathStyle: pathStyle });
  return createImageLinks(settings, createPresign(client, STORAGE_URL.bucket, STORAGE_LINK_TTL));
}
