import { parseWebUrl } from './webUrl';

/**
 * The address that a link in a sheet stands for. As in a browser, `//host/…` and `www.host/…` are meant as https.
 *
 * @returns `null` when it names no web address
 */
export function parseSheetLink(link: string): URL | null {
  if (link.startsWith('//')) return parseWebUrl(`https:${link}`);
  return parseWebUrl(/^www\./i.test(link) ? `https://${link}` : link);
}

/** Whether a text was to be a link at all: it says how to fetch it, or where. */
export function isSheetLink(text: string): boolean {
  return /^([a-z][a-z0-9+.-]*:\/\/|data:|\/\/|www\.)/i.test(text);
}
