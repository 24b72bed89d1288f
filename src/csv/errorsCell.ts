import type { ImageErrorCode } from '../../contract/errorCodes';
import { withoutCredentials } from '../../contract/webUrl';

export interface LinkFailure {
  /** 1 for the first link of the row. */
  readonly position: number;
  readonly code: ImageErrorCode;
  readonly message: string;
  readonly url: string;
}

/** What to fix in a row, for a person: one line for each link that failed. Empty when none did. */
export function errorsCell(failures: readonly LinkFailure[]): string {
  return failures
    .map(({ position, code, message, url }) => `${position}. ${code}: ${message} (${shown(url)})`)
    .join('\n');
}

/** The most characters of a link that are shown. */
const SHOWN_LINK = 200;

/** Shows the link as it was read, since a cell of many links does not show where one ends; long ones are cut. */
function shown(url: string): string {
  const link = withoutCredentials(url);
  return link.length > SHOWN_LINK ? `${link.slice(0, SHOWN_LINK)}…` : link;
}
