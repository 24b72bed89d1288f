import { imageKeyOf } from './names';

export interface LinkSettings {
  readonly PUBLIC_URL: string;
  readonly STORAGE_URL?: { readonly prefix: string } | undefined;
  readonly STORAGE_LINKS: 'api' | 'public' | 'presigned';
  readonly STORAGE_PUBLIC_URL?: string | undefined;
}

/** Returns a link with which anyone can read the object for a limited time. */
export type Presign = (key: string) => Promise<string>;

/** Returns the link to a stored image, as results show it. */
export type ImageLinks = (requestId: string, name: string) => Promise<string> | string;

/** Returns the link through the API: the only kind that is stored, since it depends on nothing but `PUBLIC_URL`. */
export function apiLinkOf(publicUrl: string, requestId: string, name: string): string {
  return `${publicUrl}/image/files/${requestId}/${name}`;
}

/** Creates the function that makes links of the configured kind. `readConfig` refuses settings that lack a part. */
export function createImageLinks(settings: LinkSettings, presign?: Presign): ImageLinks {
  const { PUBLIC_URL, STORAGE_URL, STORAGE_LINKS, STORAGE_PUBLIC_URL } = settings;
  const keyOf = (requestId: string, name: string) =>
    imageKeyOf(STORAGE_URL?.prefix ?? '', requestId, name);

  if (STORAGE_LINKS === 'public' && STORAGE_PUBLIC_URL !== undefined) {
    return (requestId, name) => `${STORAGE_PUBLIC_URL}/${escapeKey(keyOf(requestId, name))}`;
  }
  if (STORAGE_LINKS === 'presigned' && presign !== undefined) {
    return (requestId, name) => presign(keyOf(requestId, name));
  }
  return (requestId, name) => apiLinkOf(PUBLIC_URL, requestId, name);
}

/** Escapes a key for the path of a URL as signatures require, including `!'()*`, which `encodeURIComponent` keeps. */
export function escapeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
