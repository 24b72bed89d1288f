import { parseCookie } from 'undici';

/** The cookies of one download: set by an answer, sent with the next requests along its redirects. */
export interface CookieJar {
  /** @param headers the values of `Set-Cookie` in an answer from the address */
  store(url: URL, headers: string | string[] | undefined): void;
  /** The value of `Cookie` for a request to the address; `undefined` when there is none to send. */
  headerFor(url: URL): string | undefined;
}

interface StoredCookie {
  readonly origin: string;
  readonly path: string;
  readonly name: string;
  /** As it is sent. */
  readonly pair: string;
}

/** Browsers keep 50 at least for a domain (RFC 6265 §6.1); what is sent has to fit into servers' limits. */
const MAX_COOKIES = 50;
const MAX_HEADER_LENGTH = 8 * 1024;

/** What a header may carry (RFC 9110 §5.5), one character a byte. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]+$/;

/**
 * Narrower than RFC 6265: a cookie goes back only to the scheme, host and port that set it. `Domain` can
 * widen that to no other host, and a cookie for a domain that its host is not in is not kept.
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
        // RFC 6265 §5.4: longer paths first; sorting keeps the order otherwise.
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

/** `Max-Age` goes before `Expires` (RFC 6265 §5.3, step 3); undici does not read a negative one. */
function isExpired(header: string, maxAge: number | undefined, expires: unknown): boolean {
  if (/;\s{0,9}max-age\s{0,9}=\s{0,9}-\d/i.test(header)) return true;
  if (maxAge !== undefined) return maxAge <= 0;
  return expires instanceof Date && expires.getTime() <= Date.now();
}
