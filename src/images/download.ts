import { request, type Dispatcher } from 'undici';
import type { Config } from '../config';
import { HostCoolingDown, ImageError } from '../errors';
import { startDeadline, type Deadline } from '../network/deadline';
import { isRelative } from '../../contract/relativeLink';
import { retryAfterMs } from '../network/retryAfter';
import { resolveShareLink, shareAdviceOf } from '../network/shareLinks';
import { isSheetLink, parseSheetLink } from '../network/sheetLink';
import { parseWebUrl, withoutCredentials } from '../../contract/webUrl';
import { credentialsOf } from '../network/credentials';
import { holdsImage, readImage, statusError, type WritePiece } from './response';
import { createCookieJar } from './cookies';
import { asImageError } from './downloadErrors';
import { createHostCooldowns, type HostCooldowns } from './hostCooldowns';

type Settings = Pick<
  Config,
  | 'MAX_IMAGE_BYTES'
  | 'MAX_REDIRECTS'
  | 'DOWNLOAD_TIMEOUT_MS'
  | 'FIRST_BYTE_TIMEOUT_MS'
  | 'DOWNLOAD_USER_AGENT'
  | 'DOWNLOAD_HEADERS_FILE'
>;

const HEADERS = {
  accept: 'image/*, */*;q=0.1',
  // Without this header an origin may choose any coding (RFC 9110 §12.5.3); images are already compressed.
  'accept-encoding': 'identity',
};

/**
 * The statuses of redirects (RFC 9110 §15.4). With 300 (multiple choices) the `Location` is the choice that the
 * server prefers, and may be followed (§15.4.1).
 */
const REDIRECTS = [300, 301, 302, 303, 307, 308];

/** Is told when a download waits for its host. */
export interface AnswerWait {
  /** A request is about to be sent. */
  begin(): void;
  /** The response header is there; nothing is read until this resolves. */
  end(signal: AbortSignal): Promise<void>;
}

export interface Downloader {
  /**
   * Downloads the image at a link.
   *
   * @param write gets the pieces of the image in order. Those of a download that fails later are no image.
   * @throws ImageError; HostCoolingDown when no request was sent to the host; the signal's reason when aborted; any
   * error of `write`
   */
  download(link: string, signal: AbortSignal, write: WritePiece, wait?: AnswerWait): Promise<void>;
}

const NO_WAIT: AnswerWait = { begin: () => undefined, end: () => Promise.resolve() };

/** @param cooldowns the pauses that hosts have asked for; pass them in to share them with the caller */
export function createDownloader(
  settings: Settings,
  dispatcher: Dispatcher,
  cooldowns: HostCooldowns = createHostCooldowns(),
): Downloader {
  const { MAX_IMAGE_BYTES, MAX_REDIRECTS, DOWNLOAD_TIMEOUT_MS, FIRST_BYTE_TIMEOUT_MS } = settings;

  return {
    async download(link, signal, write, wait = NO_WAIT) {
      const deadline = startDeadline(DOWNLOAD_TIMEOUT_MS, signal);
      // Kept apart, since the code of a file system error may be the same as that of a connection.
      const failedWrites: unknown[] = [];
      const writeOrNote: WritePiece = (piece) =>
        write(piece).catch((error: unknown) => {
          failedWrites.push(error);
          throw error;
        });
      try {
        await followRedirects(parseLink(link), deadline, wait, writeOrNote);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof HostCoolingDown || failedWrites.includes(error)) throw error;
        if (deadline.hasPassed()) {
          throw ImageError.retryable('timeout', `Download exceeded ${DOWNLOAD_TIMEOUT_MS} ms`, {
            cause: error,
          });
        }
        throw asImageError(error);
      } finally {
        deadline.end();
      }
    },
  };

  async function followRedirects(
    start: URL,
    deadline: Deadline,
    wait: AnswerWait,
    write: WritePiece,
  ): Promise<void> {
    const { signal } = deadline;
    // Some shops set a cookie and redirect to the same URL. Each download has its own cookies.
    const cookies = createCookieJar();
    let url = start;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      cooldowns.check(url.host);
      const headers = headersFor(url, cookies.headerFor(url));
      wait.begin();
      const response = await requestHeader(url, headers, deadline);
      await deadline.pauseDuring(wait.end(signal));
      cookies.store(url, response.headers['set-cookie']);
      const location = uniqueValue(response.headers['location']);
      if (!REDIRECTS.includes(response.statusCode) || location === undefined)
        return handleResponse(url, response, signal, write, shareAdviceOf(start));
      discard(response);
      url = requireUrl(parseWebUrl(escapeNonAscii(location), url), location);
    }
    throw ImageError.permanent(
      'too_many_redirects',
      `Expected an image after at most ${MAX_REDIRECTS} redirects, received another redirect`,
    );
  }

  /**
   * Sends a request, and waits for its response header no longer than the limit. The signal alone would not do:
   * undici rejects a request only once its connection is there.
   */
  async function requestHeader(
    url: URL,
    headers: Record<string, string>,
    deadline: Deadline,
  ): Promise<Dispatcher.ResponseData> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `Expected a response within ${FIRST_BYTE_TIMEOUT_MS} ms, received none`;
        const error = ImageError.retryable('timeout', message);
        deadline.abort(error);
        reject(error);
      }, FIRST_BYTE_TIMEOUT_MS);
    });
    try {
      const { signal } = deadline;
      return await Promise.race([request(url, { dispatcher, signal, headers }), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Builds the headers for each URL of a redirect chain, so that no other host receives them. */
  function headersFor(url: URL, cookie: string | undefined): Record<string, string> {
    const originHeaders = settings.DOWNLOAD_HEADERS_FILE?.(url) ?? {};
    const cookies = [originHeaders['cookie'], cookie].filter((one) => one !== undefined);
    return {
      'user-agent': settings.DOWNLOAD_USER_AGENT,
      ...HEADERS,
      ...originHeaders,
      ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }),
      ...credentialsOf(url),
    };
  }

  async function handleResponse(
    { host }: URL,
    response: Dispatcher.ResponseData,
    signal: AbortSignal,
    write: WritePiece,
    advice: string | null,
  ): Promise<void> {
    const { statusCode, headers } = response;
    if (holdsImage(response)) {
      cooldowns.end(host);
      return readImage(response, MAX_IMAGE_BYTES, signal, write);
    }
    discard(response);
    const pause = retryAfterMs(headers['retry-after'], Date.now());
    if ((statusCode === 429 || statusCode === 503) && pause !== undefined) {
      cooldowns.begin(host, statusCode, pause);
    }
    throw statusError(statusCode, pause, advice);
  }
}

function discard({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => undefined).destroy();
}

/** Returns the value of a header that may be repeated. As in browsers, different values count as none. */
function uniqueValue(header: string | string[] | undefined): string | undefined {
  const values = new Set([header ?? []].flat());
  return values.size === 1 ? [...values][0] : undefined;
}

/**
 * Percent-encodes non-ASCII bytes of a header value, which has one character per byte. Browsers and curl do the
 * same: the origin gets its own bytes back, whatever their encoding.
 */
function escapeNonAscii(header: string): string {
  return header.replace(
    /[\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Returns the address of the image at a link from a CSV. */
function parseLink(link: string): URL {
  if (isSheetLink(link)) {
    const found = resolveShareLink(requireUrl(parseSheetLink(link), link));
    if ('refusal' in found) throw ImageError.permanent('invalid_url', found.refusal);
    return found;
  }
  const advice = link !== '' && isRelative(link) ? '; give base_url for relative links' : '';
  throw ImageError.permanent(
    'invalid_links',
    `Expected a link that begins with http:// or https://, received ${excerptOf(link)}${advice}`,
  );
}

function requireUrl(url: URL | null, link: string): URL {
  if (url !== null) return url;
  throw ImageError.permanent(
    'invalid_url',
    `Expected an http or https link, received ${excerptOf(link)}`,
  );
}

/** Shows a link in a message, which is logged: without credentials, and without the query, which may be a signature. */
function excerptOf(link: string): string {
  return JSON.stringify(withoutCredentials(link).replace(/\?.*$/s, '?…').slice(0, 200));
}
