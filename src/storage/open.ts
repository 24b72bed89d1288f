import { createDiskStore } from './disk/store';
import type { FileStore } from './fileStore';
import { createImageLinks, type ImageLinks, type LinkSettings, type Presign } from './links';
import { createS3Client, type OnRequest } from './s3/client';
import { createPresign } from './s3/presign';
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

export type ImageLinkSettings = LinkSettings &
  Omit<StorageSettings, 'DATA_DIR'> & {
    /** Seconds. */
    readonly STORAGE_LINK_TTL: number;
  };

/** Creates the function that makes links to stored images, of the kind that the configuration names. */
export function openImageLinks(settings: ImageLinkSettings): ImageLinks {
  const { STORAGE_URL, STORAGE_LINKS, STORAGE_PATH_STYLE: pathStyle, STORAGE_LINK_TTL } = settings;
  if (STORAGE_URL === undefined || STORAGE_LINKS !== 'presigned') return createImageLinks(settings);
  // With the first link: workers make none.
  let presign: Presign | undefined;
  return createImageLinks(settings, (key) => {
    presign ??= createPresign(createS3Client({ pathStyle }), STORAGE_URL.bucket, STORAGE_LINK_TTL);
    return presign(key);
  });
}
