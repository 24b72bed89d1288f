import { request, type Dispatcher } from 'undici';
import type { Config } from '../config';
import { HostCoolingDown, ImageError } from '../errors';
import { startDeadline } from '../network/deadline';
import { retryAfterMs } from '../network/retryAfter';
import { isSheetLink, parseSheetLink } from '../network/sheetLink';
import { credentialsOf, parseWebUrl, withoutCredentials } from '../network/webUrl';
import { holdsImage, receive, refusal } from './answer';
import { createCookieJar } from './cookies';
import { asImageError } from './downloadErrors';
import { createHostCooldowns, type HostCooldowns } from './hostCooldowns';

type Settings = Pick<
  Config,
  | 'MAX_IMAGE_BYTES'
  | 'MAX_REDIRECTS'
  | 'DOWNLOAD_TIMEOUT_MS'
  | 'DOWNLOAD_USER_AGENT'
  | 'DOWNLOAD_HEADERS_FILE'
>;

const HEADERS = {
  accept: 'image/*, */*;q=0.1',
  // Without it an origin may choose any (RFC 9110 §12.5.3); images are compressed already.
  'accept-encoding': 'identity',
};

/**
 * The answers that say where else to look (RFC 9110 §15.4). Of several choices (300) the address is the
 * one that the server prefers, and may be followed (§15.4.1).
 */
const REDIRECTS = [300, 301, 302, 303, 307, 308];

export interface Downloader {
  /**
   * The bytes behind a link.
   *
   * @throws ImageError; HostCoolingDown, with nothing sent to that host; or the signal's reason when aborted
   */
  download(link: string, signal: AbortSignal): Promise<Buffer>;
}

/** @param cooldowns what hosts have asked for: kept by the caller where it wants to know as well */
export function createDownloader(
  settings: Settings,
  dispatcher: Dispatcher,
  cooldowns: HostCooldowns = createHostCooldowns(),
): Downloader {
  const { MAX_IMAGE_BYTES, MAX_REDIRECTS, DOWNLOAD_TIMEOUT_MS } = settings;

  return {
    async download(link, signal) {
      const deadline = startDeadline(DOWNLOAD_TIMEOUT_MS, signal);
      try {
        return await follow(parseLink(link), deadline.signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof HostCoolingDown) throw error;
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
    // Some shops set a cookie and redirect to the same address; no other download sees it.
    const cookies = createCookieJar();
    let url = start;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      cooldowns.check(url.host);
      const headers = headersFor(url, cookies.headerFor(url));
      const response = await request(url, { dispatcher, signal, headers });
      cookies.store(url, response.headers['set-cookie']);
      const location = onlyOne(response.headers['location']);
      if (!REDIRECTS.includes(response.statusCode) || location === undefined)
        return answered(url, response, signal);
      discard(response);
      url = required(parseWebUrl(escapeNonAscii(location), url), location);
    }
    throw ImageError.permanent(
      'too_many_redirects',
      `Expected an image after at most ${MAX_REDIRECTS} redirects, received another redirect`,
    );
  }

  /** Chosen for each address of a chain, so that no other host receives them. */
  function headersFor(url: URL, cookie: string | undefined): Record<string, string> {
    const ofOrigin = settings.DOWNLOAD_HEADERS_FILE?.(url) ?? {};
    const cookies = [ofOrigin['cookie'], cookie].filter((one) => one !== undefined);
    return {
      'user-agent': settings.DOWNLOAD_USER_AGENT,
      ...HEADERS,
      ...ofOrigin,
      ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }),
      ...credentialsOf(url),
    };
  }

  async function answered(
    { host }: URL,
    response: Dispatcher.ResponseData,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const { statusCode, headers } = response;
    if (holdsImage(response)) {
      cooldowns.end(host);
      return receive(response, MAX_IMAGE_BYTES, signal);
    }
    discard(response);
    const pause = retryAfterMs(headers['retry-after'], Date.now());
    if ((statusCode === 429 || statusCode === 503) && pause !== undefined) {
      cooldowns.begin(host, statusCode, pause);
    }
    throw refusal(statusCode, pause);
  }
}

function discard({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => undefined).destroy();
}

/** A header that was sent twice alike is one; of two that differ none is to be trusted, as in browsers. */
function onlyOne(header: string | string[] | undefined): string | undefined {
  const values = new Set([header ?? []].flat());
  return values.size === 1 ? [...values][0] : undefined;
}

/**
 * Header values reach us byte by byte. Bytes beyond ASCII go back as they came, as browsers and curl do it:
 * what an origin meant by them, it knows itself.
 */
function escapeNonAscii(header: string): string {
  return header.replace(
    /[\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parseLink(link: string): URL {
  if (isSheetLink(link)) return required(parseSheetLink(link), link);
  throw ImageError.permanent(
    'invalid_links',
    `Expected a link that begins with http:// or https://, received ${JSON.stringify(withoutCredentials(link).slice(0, 200))}`,
  );
}

function required(url: URL | null, link: string): URL {
  if (url !== null) return url;
  const received = JSON.stringify(withoutCredentials(link).slice(0, 200));
  throw ImageError.permanent('invalid_url', `Expected an http or https link, received ${received}`);
}
