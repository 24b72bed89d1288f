import { withoutCredentials } from '../contract/webUrl';

const MAX_LENGTH = 60;

/** Quotes a text of the CSV for a message: shortened, and without credentials. */
export function excerpt(text: string): string {
  const safe = withoutCredentials(text);
  return JSON.stringify(safe.length > MAX_LENGTH ? `${safe.slice(0, MAX_LENGTH)}…` : safe);
}
