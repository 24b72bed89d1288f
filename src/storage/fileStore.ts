import type { Readable } from 'node:stream';
import type { ImageFormat, ThumbnailWidth } from '../../contract/formats';

/** First and last byte, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface StoredFile {
  readonly stream: Readable;
  /** Bytes in the stream. */
  readonly size: number;
}

/** What is known of an image without its bytes. */
export interface ImageDetails {
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  readonly modified: Date;
}

export interface StoredImage extends StoredFile, ImageDetails {}

/** A compressed image in a local file, which may be only in the system's memory. */
export interface CompressedFile {
  readonly file: string;
  readonly format: ImageFormat;
  /** Of the content, in hex. */
  readonly sha256: string;
}

export type ResultKind = 'result' | 'failed';

/** A CSV being written: `commit` makes it visible under its name, whole. */
export interface ResultFile {
  write(text: string): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Where the bytes of requests are kept. Every backend passes test/storage/fileStore.ts; `openFileStore` chooses
 * one. Request ids and names may come from a URL: what is no id or name of ours is not found.
 *
 * All methods throw StorageUnavailable, or the error of the disk, when the backend cannot do it now.
 */
export interface FileStore {
  /**
   * Stores an image, whole or not at all. The name ends in a hash of the content: the same bytes written again
   * are the same file, other bytes another one, and a named file never changes. The local file is gone afterwards,
   * whatever the outcome.
   *
   * @param ref the image's `lane-number`
   * @returns the name
   * @throws the signal's reason when aborted
   */
  writeImage(
    requestId: string,
    ref: string,
    image: CompressedFile,
    signal?: AbortSignal,
  ): Promise<string>;

  /** @returns `null` when there is no such image */
  describeImage(requestId: string, name: string): Promise<ImageDetails | null>;

  /**
   * @param range within the image, as `describeImage` knows it; by default all of it
   * @returns `null` when there is no such image
   */
  openImage(requestId: string, name: string, range?: ByteRange): Promise<StoredImage | null>;

  /**
   * Stores a thumbnail beside its image, whole or not at all. One whose image is gone, or is removed meanwhile, is not
   * kept. The local file is gone afterwards, whatever the outcome.
   *
   * @param name of the image
   * @param file a WebP
   */
  writeThumbnail(
    requestId: string,
    name: string,
    width: ThumbnailWidth,
    file: string,
  ): Promise<void>;

  /** @returns `null` when there is no such thumbnail */
  describeThumbnail(
    requestId: string,
    name: string,
    width: ThumbnailWidth,
  ): Promise<ImageDetails | null>;

  /**
   * @param range within the thumbnail, as `describeThumbnail` knows it; by default all of it
   * @returns `null` when there is no such thumbnail
   */
  openThumbnail(
    requestId: string,
    name: string,
    width: ThumbnailWidth,
    range?: ByteRange,
  ): Promise<StoredImage | null>;

  /** Stores an uploaded sheet, whole or not at all, from a local file. That file may be gone afterwards. */
  writeSheet(requestId: string, file: string): Promise<void>;

  /** @returns `null` when there is no such sheet */
  openSheet(requestId: string): Promise<StoredFile | null>;

  createResultFile(requestId: string, round: number, kind: ResultKind): Promise<ResultFile>;

  /** @returns `null` when there is no such file */
  openResult(requestId: string, round: number, kind: ResultKind): Promise<StoredFile | null>;

  /** Removes what workers that died left half-written. Call it when no one writes for the request any more. */
  removeDrafts(requestId: string): Promise<void>;

  /**
   * Removes the sheet, images, thumbnails and results of a request, and what is half-written. When it throws, some may be left: call
   * it again.
   *
   * @returns how many there were
   */
  removeRequest(requestId: string): Promise<number>;

  /**
   * Resolves when the backend answers. A write may be refused all the same (permission, quota, full disk). A refused
   * write is seen in the worker's log and in the Web UI, and with object storage in
   * `image_processor_storage_requests_total`. Tries once.
   *
   * @throws the signal's reason when aborted, if the backend can be interrupted
   */
  check(signal?: AbortSignal): Promise<void>;
}
