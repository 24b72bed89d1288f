import { parseWebUrl } from './webUrl';

/** Whether a text has no scheme, host, port, drive letter (`C:\`) or network share (`\\host`), but only a path. */
export function isRelative(text: string): boolean {
  return !/^(?:[^/\\?#]*:|\\\\|\/\/|www\.)/i.test(text);
}

/**
 * Appends a relative link to a base, with one slash between them: shops write `/m/u/mug.jpg` for a path below their
 * folder of images. The query of the base is dropped.
 *
 * @returns `null` when the link is not relative, or the base is not a web address
 */
export function appendToBase(link: string, baseUrl: string): string | null {
  const base = isRelative(link) ? parseWebUrl(baseUrl) : null;
  if (base === null) return null;
  base.search = '';
  base.hash = '';
  return new URL(`${base.href.replace(/\/+$/, '')}/${link.replace(/^[/\\]+/, '')}`).href;
}
