import { parseWebUrl } from '../../contract/webUrl';

/** In pixels; the service makes thumbnails of this width. */
const THUMBNAIL_WIDTH = 160;

/** The address at which a browser can load the original; `null` when there is none, such as for links to buckets. */
export function originalUrlOf(source: string): string | null {
  // As the service reads links: without a scheme they mean https.
  const link = source.replace(/^\/\//, 'https://').replace(/^www\./i, 'https://www.');
  return parseWebUrl(link)?.href ?? null;
}

/** A short name for people: that of the file where there is one. */
export function nameOf(source: string): string {
  const url = parseWebUrl(originalUrlOf(source) ?? source);
  const last = (url?.pathname ?? source).split('/').findLast((part) => part !== '');
  return decoded(last ?? url?.host ?? source);
}

export function hostOf(source: string): string | null {
  const url = originalUrlOf(source);
  return url === null ? null : new URL(url).host;
}

/** The path of a thumbnail. The service makes it from the stored image, also where links lead to another storage. */
export function thumbnailOf(prefix: string, requestId: string, outputUrl: string): string | null {
  const name = parseWebUrl(outputUrl)?.pathname.split('/').at(-1) ?? '';
  if (name === '') return null;
  return `${prefix}/image/files/${requestId}/${name}?width=${THUMBNAIL_WIDTH}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
