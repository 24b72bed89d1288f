import { OTHER_FAILURES } from '../../contract/advice';
import { ROW_ERROR_CODES } from '../../contract/errorCodes';
import type { FailureGroup } from '../../contract/http/failures';
import { parseWebUrl } from '../../contract/webUrl';
import { formatImages, formatNumber } from './format';

/** Codes of rows as a whole: they have no link that could be an image. */
const OF_ROWS = ['no_links', 'malformed_row'];

/** Returns "3 images" or "1 row". */
export function formatFailed({ code, count }: FailureGroup, locale?: string): string {
  if (!OF_ROWS.includes(code)) return formatImages(count, locale);
  return `${formatNumber(count, locale)} ${count === 1 ? 'row' : 'rows'}`;
}

/** Returns how many failures no retry can change: there is no link that could be downloaded. */
export function countWithoutLink(groups: readonly FailureGroup[]): number {
  const codes: readonly string[] = ROW_ERROR_CODES;
  return groups.reduce((sum, { code, count }) => sum + (codes.includes(code) ? count : 0), 0);
}

/** Returns the query of the view that shows only the images of a group; of the rest of all groups, all that failed. */
export function queryOfGroup({ code, host }: FailureGroup): string {
  const filters = new URLSearchParams({ status: 'failed' });
  if (code !== OTHER_FAILURES) filters.set('code', code);
  if (host !== null) filters.set('host', host);
  return `?${filters}`;
}

/** Whether the view shows the images of this group: its query may have further fields, in any order. */
export function isShown({ code, host }: FailureGroup, search: string): boolean {
  const filters = new URLSearchParams(search);
  return filters.get('code') === code && filters.get('host') === host;
}

/** Returns a link as an address that is safe to open, or `null`: a file may contain `javascript:` links. */
export function openable(link: string): string | null {
  return parseWebUrl(link)?.href ?? null;
}
