import type { Readable } from 'node:stream';
import type { ImageFormat } from '../../contract/formats';

export interface StoredFile {
  readonly stream: Readable;
  /** Bytes. */
  readonly size: number;
}

export interface StoredImage extends StoredFile {
  readonly contentType: string;
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
 */
export interface FileStore {
  /**
   * Writes an image, whole or not at all. The name ends in a hash of the content: the same bytes written again
   * are the same file, other bytes another one, and a named file never changes.
   *
   * @param ref the image's `lane-number`
   * @returns the name
   */
  writeImage(requestId: string, ref: string, format: ImageFormat, bytes: Buffer): Promise<string>;

  /** @returns `null` when there is no such image */
  openImage(requestId: string, name: string): Promise<StoredImage | null>;

  createResultFile(requestId: string, round: number, kind: ResultKind): Promise<ResultFile>;

  /** @returns `null` when there is no such file */
  openResult(requestId: string, round: number, kind: ResultKind): Promise<StoredFile | null>;

  /** Removes what workers that died left half-written. Call it when no one writes for the request any more. */
  removeDrafts(requestId: string): Promise<void>;

  /** Removes the images and results of a request. */
  removeRequest(requestId: string): Promise<void>;
}
