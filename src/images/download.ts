import { errors, request, type Dispatcher } from 'undici';
import type { Config } from '../config';
import { blockedBy, HostAtRest, ImageError, type PermanentImageCode } from '../errors';
import { startDeadline } from '../network/deadline';
import { codeOf, reasonOf } from '../network/reason';
import { retryAfterMs } from '../network/retryAfter';
import { credentialsOf, parseWebUrl, withoutCredentials } from '../network/webUrl';
import { createRests, type Rests } from './rests';

type Settings = Pick<Config, 'MAX_IMAGE_BYTES' | 'MAX_REDIRECTS' | 'DOWNLOAD_TIMEOUT_MS'>;

const HEADERS = {
  'user-agent': 'image-processor',
  accept: 'image/*, */*;q=0.1',
  // Without it an origin may choose any (RFC 9110 §12.5.3); images are compressed already.
  'accept-encoding': 'identity',
};

/** RFC 9110 §15.4: the answers that say where else to look. */
const REDIRECTS = [301, 302, 303, 307, 308];
const RETRYABLE_4XX = [408, 425, 429] as const;

export interface Downloader {
  /**
   * The bytes behind a link.
   *
   * @throws ImageError; HostAtRest, with nothing sent to that host; or the signal's reason when aborted
   */
  download(link: string, signal: AbortSignal): Promise<Buffer>;
}

/** @param rests what hosts have asked for: kept by the caller where it wants to know as well */
export function createDownloader(
  settings: Settings,
  dispatcher: Dispatcher,
  rests: Rests = createRests(),
): Downloader {
  const { MAX_IMAGE_BYTES, MAX_REDIRECTS, DOWNLOAD_TIMEOUT_MS } = settings;

  return {
    async download(link, signal) {
      const deadline = startDeadline(DOWNLOAD_TIMEOUT_MS, signal);
      try {
        return await follow(parseUrl(link), deadline.signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof HostAtRest) throw error;
        if (deadline.hasPassed()) {
          throw ImageError.retryable(
            'timeout',
            `Expected the whole image within ${DOWNLOAD_TIMEOUT_MS} ms, received less`,
            { cause: error },
          );
        }
        throw asImageError(error);
      } finally {
        deadline.end();
      }
    },
  };

  async function follow(start: URL, signal: AbortSignal): Promise<Buffer> {
    let url = start;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      rests.check(url.host);
      // Another host gets none but its own; a relative redirect stays with the link's.
      const headers = { ...HEADERS, ...credentialsOf(url) };
      const response = await request(url, { dispatcher, signal, headers });
      const { statusCode, body } = response;
      const { location } = response.headers;
      if (!REDIRECTS.includes(statusCode) || typeof location !== 'string')
        return receive(url, response);
      body.on('error', () => undefined).destroy();
      url = parseUrl(asUtf8(location), url);
    }
    throw ImageError.permanent(
      'too_many_redirects',
      `Expected an image after at most ${MAX_REDIRECTS} redirects, received another redirect`,
    );
  }

  async function receive(
    { host }: URL,
    { statusCode, headers, body }: Dispatcher.ResponseData,
  ): Promise<Buffer> {
    const discard = () => body.on('error', () => undefined).destroy();
    if (statusCode !== 200) {
      discard();
      const pause = retryAfterMs(headers['retry-after'], Date.now());
      if ((statusCode === 429 || statusCode === 503) && pause !== undefined) {
        rests.begin(host, statusCode, pause);
      }
      throw refusal(statusCode, pause);
    }
    rests.end(host);
    const announced = Number(headers['content-length'] ?? Number.NaN);
    if (announced > MAX_IMAGE_BYTES) {
      discard();
      throw tooLarge(`${announced} bytes announced`);
    }
    const chunks: Buffer[] = [];
    let received = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      received += chunk.length;
      // Leaving the loop destroys the body, and with it the connection.
      if (received > MAX_IMAGE_BYTES) throw tooLarge('more');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, received);
  }

  function tooLarge(what: string): ImageError {
    return ImageError.permanent(
      'too_large',
      `Expected at most ${MAX_IMAGE_BYTES} bytes, received ${what}`,
    );
  }
}

/** Header values reach us byte by byte; where they are UTF-8 they were meant so, as browsers take them. */
function asUtf8(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}

function parseUrl(link: string, base?: URL): URL {
  const url = parseWebUrl(link, base);
  if (url !== null) return url;
  const received = JSON.stringify(withoutCredentials(link).slice(0, 200));
  throw ImageError.permanent('invalid_url', `Expected an http or https link, received ${received}`);
}

function refusal(statusCode: number, retryAfterMs: number | undefined): ImageError {
  const message = `Expected the image, received HTTP ${statusCode}`;
  if (statusCode === 404 || statusCode === 410) return ImageError.permanent('not_found', message);
  const pause = { retryAfterMs };
  if (statusCode >= 500) return ImageError.retryable('http_5xx', message, pause);
  const retryable = RETRYABLE_4XX.find((status) => status === statusCode);
  if (retryable !== undefined) return ImageError.retryable(`http_${retryable}`, message, pause);
  const code: PermanentImageCode = `http_${statusCode}`;
  return ImageError.permanent(code, message);
}

/** Of getaddrinfo: the name is unknown, or the resolver does not answer. */
const DNS_CODES = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ESERVFAIL'];

/**
 * Whatever else happened between us and the origin: all of it may pass, but for a refused address. A
 * certificate that cannot be trusted counts as a failed connection too: it is often renewed too late.
 */
function asImageError(error: unknown): ImageError {
  if (error instanceof ImageError) return error;
  const blocked = blockedBy(error);
  if (blocked !== null) return ImageError.permanent('blocked_address', blocked.message, error);
  const code = codeOf(error);
  if (DNS_CODES.includes(code)) {
    return ImageError.retryable('dns_failure', `Expected the host to resolve, received ${code}`, {
      cause: error,
    });
  }
  if (
    error instanceof errors.ConnectTimeoutError ||
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError
  ) {
    return ImageError.retryable('timeout', `Expected an answer, received none: ${error.message}`, {
      cause: error,
    });
  }
  return ImageError.retryable(
    'connect_failure',
    `Expected a whole answer, received a broken connection: ${reasonOf(error)}`,
    { cause: error },
  );
}
