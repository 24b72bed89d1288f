/** An http or https link to a host that may exist; `null` when it is none. */
export function parseWebUrl(text: string, base?: URL): URL | null {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : null;
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  return isWeb && isHostName(url.hostname) ? url : null;
}

/** RFC 1035 §2.3.4; a name that no resolver can be asked for will not come into being. */
function isHostName(hostname: string): boolean {
  const labels = hostname.replace(/\.$/, '').split('.');
  return hostname.length <= 254 && labels.every(({ length }) => length > 0 && length <= 63);
}

/** The header for a link's own credentials, as browsers and curl send them. */
export function credentialsOf({ username, password }: URL): { authorization?: string } {
  if (username === '' && password === '') return {};
  const credentials = [username, password].map(decoded).join(':');
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** What is no percent-encoding stands for itself. */
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
 * A link, or what was to be one, as people may see it who need not know its credentials.
 *
 * URL parsers take `\\` for `/` and need no slashes behind `http:`. A password that holds a `/`, `?` or `#`
 * makes no link, but is a password still: what stands where a port should is taken for one, up to the `@`.
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
