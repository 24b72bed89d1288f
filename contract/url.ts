/**
 * Parses a URL; returns `null` for a text that is none.
 *
 * Once Node 20 has optimised a caller of `URL.canParse`, the call returns `false` for every text with a Latin-1 letter
 * beyond ASCII. The constructor is correct for all texts but slow for invalid ones, so it is used without that check only
 * for texts beyond ASCII.
 */
export function parseUrl(text: string, base?: URL): URL | null {
  if (!/[^ -~]/.test(text)) return URL.canParse(text, base?.href) ? new URL(text, base) : null;
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
