import type { Dispatcher } from 'undici';
import { createDownloader } from '../../src/images/download';
import { dispatcherAllowing } from '../support/targets';
import type { OriginHeaders } from '../../src/network/originHeaders';

export interface DownloadOptions {
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  readonly redirects?: number;
  readonly userAgent?: string;
  readonly originHeaders?: OriginHeaders;
  readonly signal?: AbortSignal;
  /** By default one that connects to loopback only. */
  readonly dispatcher?: Dispatcher;
}

const dispatchers: Dispatcher[] = [];
afterEach(async () => {
  await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.destroy()));
});

/** Downloads with a new downloader. */
export async function download(link: string, options: DownloadOptions = {}): Promise<Buffer> {
  const dispatcher = options.dispatcher ?? dispatcherAllowing('127.0.0.0/8');
  if (options.dispatcher === undefined) dispatchers.push(dispatcher);
  const settings = {
    MAX_IMAGE_BYTES: options.maxBytes ?? 100_000,
    MAX_REDIRECTS: options.redirects ?? 4,
    DOWNLOAD_TIMEOUT_MS: options.timeoutMs ?? 30_000,
    FIRST_BYTE_TIMEOUT_MS: 30_000,
    DOWNLOAD_USER_AGENT: options.userAgent ?? 'image-processor',
    DOWNLOAD_HEADERS_FILE: options.originHeaders,
  };
  const signal = options.signal ?? new AbortController().signal;
  const pieces: Buffer[] = [];
  await createDownloader(settings, dispatcher).download(link, signal, (piece) => {
    pieces.push(piece);
    return Promise.resolve();
  });
  return Buffer.concat(pieces);
}
