import { parseCookie } from 'undici';

/** The cookies of one download: set by a response, sent with the following requests of its redirect chain. */
export interface CookieJar {
  /** @param headers the values of `Set-Cookie` in a response from the URL */
  store(url: URL, headers: string | string[] | undefined): void;
  /** Returns the value of `Cookie` for a request to the URL, or `undefined` without cookies. */
  headerFor(url: URL): string | undefined;
}

interface StoredCookie {
  readonly origin: string;
  readonly path: string;
  readonly name: string;
  /** `name=value` as it is sent. */
  readonly pair: string;
}

/**
 * Browsers keep at least 50 cookies per domain (RFC 6265 §6.1). The header must not exceed the limits of servers.
 */
const MAX_COOKIES = 50;
const MAX_HEADER_LENGTH = 8 * 1024;

/** Characters that a header may contain (RFC 9110 §5.5), one per byte. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]+$/;

/**
 * Creates a cookie jar that is stricter than RFC 6265: a cookie is sent only to the scheme, host and port that
 * set it. `Domain` does not extend this to other hosts, and a cookie for a foreign domain is not stored.
 */
export function createCookieJar(): CookieJar {
  let cookies: StoredCookie[] = [];

  function storeOne(url: URL, header: string): void {
    const cookie = parseCookie(header);
    if (cookie === null || !isOf(url.hostname, cookie.domain)) return;
    if (cookie.secure === true && url.protocol !== 'https:') return;
    const { name, value } = cookie;
    const pair = name === '' ? value : `${name}=${value}`;
    if (!SENDABLE.test(pair)) return;
    const path = cookie.path ?? defaultPath(url);
    const { origin } = url;
    const isSame = (other: StoredCookie) =>
      other.origin === origin && other.path === path && other.name === name;
    const others = cookies.filter((other) => !isSame(other));
    const isGone = isExpired(header, cookie.maxAge, cookie.expires);
    cookies = isGone ? others : [...others, { origin, path, name, pair }].slice(-MAX_COOKIES);
  }

  return {
    store(url, headers) {
      for (const header of [headers ?? []].flat()) storeOne(url, header);
    },

    headerFor(url) {
      const sent: string[] = [];
      let length = 0;
      for (const { pair } of cookies
        .filter(({ origin, path }) => origin === url.origin && isUnder(url.pathname, path))
        // RFC 6265 §5.4: longer paths first; the sort is stable.
        .sort((one, other) => other.path.length - one.path.length)) {
        length += pair.length + 2;
        if (length > MAX_HEADER_LENGTH) break;
        sent.push(pair);
      }
      return sent.length === 0 ? undefined : sent.join('; ');
    },
  };
}

/** RFC 6265 §5.3, step 6, and §5.1.3. */
function isOf(hostname: string, domain: string | undefined): boolean {
  return domain === undefined || domain === '' || `.${hostname}`.endsWith(`.${domain}`);
}

/** RFC 6265 §5.1.4. */
function defaultPath({ pathname }: URL): string {
  return pathname.slice(0, Math.max(pathname.lastIndexOf('/'), 1));
}

function isUnder(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
}

/**
 * `Max-Age` takes precedence over `Expires` (RFC 6265 §5.3, step 3). undici does not parse a negative `Max-Age`.
 */
function isExpired(header: string, maxAge: number | undefined, expires: unknown): boolean {
  if (/;\s{0,9}max-age\s{0,9}=\s{0,9}-\d/i.test(header)) return true;
  if (maxAge !== undefined) return maxAge <= 0;
  return expires instanceof Date && expires.getTime() <= Date.now();
}
