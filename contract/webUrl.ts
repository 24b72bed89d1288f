import { parseUrl } from './url';

/** Parses an http or https link with a valid host name; returns `null` for anything else. */
export function parseWebUrl(text: string, base?: URL): URL | null {
  const url = parseUrl(text, base);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isWeb && isHostName(url.hostname) ? url : null;
}

/** RFC 1035 §2.3.4. No resolver accepts other names, so trying again is pointless. */
function isHostName(hostname: string): boolean {
  const labels = hostname.replace(/\.$/, '').split('.');
  return hostname.length <= 254 && labels.every(({ length }) => length > 0 && length <= 63);
}

/**
 * Removes the credentials from a link, or from a text that was meant to be one, for messages and logs.
 *
 * URL parsers treat `\\` as `/` and need no slashes after `http:`. A password with an unescaped `/`, `?` or `#`
 * makes the link invalid but must still be hidden: when the text in place of the port is not a number, everything
 * up to the `@` is treated as a password.
 */
export function withoutCredentials(text: string): string {
  return text
    .replace(
      /(https?:[\\/]*|[\\/]{2,})([^\\/?#]*)/gi,
      (_, before: string, authority: string) =>
        before + authority.slice(authority.lastIndexOf('@') + 1),
    )
    .replace(/^(\s*(?:https?:[\\/]*|[\\/]{2,}))[^\\/?#@:[\s]+:\d*[^\d\\/?#@][^@]*@/i, '$1');
}
