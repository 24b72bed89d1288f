import path from 'node:path';
import {
  contentTypeOf,
  EXTENSIONS,
  extensionOf,
  type ImageFormat,
  type ThumbnailWidth,
} from '../../contract/formats';

/** Names of stored images, the same in every backend: links in results hold them. */

const HASH_DIGITS = 32;
/**
 * Source of a regular expression for names, with the hash as its only group. The lengths are bounded, so that each match
 * is a valid file name.
 */
export const NAME_PATTERN = `[0-9]{1,10}-[0-9]{1,10}-([0-9a-f]{32})\\.(?:${EXTENSIONS.join('|')})`;
const NAME = new RegExp(`^${NAME_PATTERN}$`);
const REQUEST_ID = /^[0-9a-f-]{36}$/;

export interface ImageName {
  /** Of the content, in hex. */
  readonly hash: string;
  readonly contentType: string;
}

/**
 * @param ref the image's `lane-number`
 * @param sha256 of the content, in hex
 */
export function imageNameOf(ref: string, format: ImageFormat, sha256: string): string {
  return `${ref}-${sha256.slice(0, HASH_DIGITS)}.${extensionOf(format)}`;
}

/** @returns `null` for what {@link imageNameOf} does not give */
export function parseImageName(name: string): ImageName | null {
  const hash = NAME.exec(name)?.[1];
  const contentType = contentTypeOf(path.extname(name).slice(1));
  return hash === undefined || contentType === undefined ? null : { hash, contentType };
}

export const THUMBNAIL_TYPE = 'image/webp';

/** Returns where a thumbnail is stored: beside its image. @param image path or key of the image */
export function thumbnailOf(image: string, width: ThumbnailWidth): string {
  return `${image}.${width}.webp`;
}

/** The name of an uploaded sheet, in the folder of the request's results. */
export const SHEET_NAME = 'upload.csv';

/** @param prefix of all keys of ours in a bucket, without a slash at the end; may be empty */
export function imageKeyOf(prefix: string, requestId: string, name: string): string {
  return `${prefix === '' ? '' : `${prefix}/`}files/${requestId}/${name}`;
}

export function isRequestId(text: string): boolean {
  return REQUEST_ID.test(text);
}
