import { parseUrl } from '../../contract/url';

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

/** Returns the header for the credentials in a link, as browsers and curl send it. */
export function credentialsOf({ username, password }: URL): { authorization?: string } {
  if (username === '' && password === '') return {};
  const credentials = [username, password].map(decoded).join(':');
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** Decodes percent-encoding; invalid sequences are kept as they are. */
function decoded(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
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
