import { withoutCredentials } from '../network/webUrl';

/** Characters of a text that a message shows. */
const SHOWN = 60;

/** A piece of a sheet as a message shows it: in quotes, not too long, without credentials. */
export function shown(text: string): string {
  const safe = withoutCredentials(text);
  return JSON.stringify(safe.length > SHOWN ? `${safe.slice(0, SHOWN)}…` : safe);
}
