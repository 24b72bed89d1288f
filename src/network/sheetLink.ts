import { parseWebUrl } from '../../contract/webUrl';

/**
 * Parses a link from a cell. As in a browser, `//host/…` and `www.host/…` mean https.
 *
 * @returns `null` when it is not a web address
 */
export function parseSheetLink(link: string): URL | null {
  if (link.startsWith('//')) return parseWebUrl(`https:${link}`);
  return parseWebUrl(/^www\./i.test(link) ? `https://${link}` : link);
}

/** Whether a text is meant to be a link: it begins with a scheme, `//` or `www.`. */
export function isSheetLink(text: string): boolean {
  return /^([a-z][a-z0-9+.-]*:\/\/|data:|\/\/|www\.)/i.test(text);
}
