import { ApiError, type Fault } from '../../client/errors';

/** An error in words: what happened, and what to do. */
export interface Explained {
  readonly title: string;
  readonly advice: string;
  /** Faults of single rows or fields. */
  readonly faults: readonly { readonly where: string; readonly message: string }[];
}

const ADVICE: Readonly<Record<number, string>> = {
  400: 'Choose a CSV. In a spreadsheet program: save or export as CSV.',
  403: 'Ask for a key with more rights.',
  404: 'It may have been deleted, or the address is incomplete.',
  409: 'Its state has changed. Look at it again, then decide.',
  413: 'Split the file into smaller ones.',
  422: 'Correct this, then upload again.',
  429: 'Wait a moment, then try again.',
};

export function explain(error: unknown): Explained {
  if (!(error instanceof ApiError)) {
    return {
      title: 'The service cannot be reached.',
      advice: 'Check the connection, then try again.',
      faults: [],
    };
  }
  const { status, detail, retryAfter } = error;
  if (Array.isArray(detail)) {
    const faults = (detail as readonly Fault[]).map(({ loc, msg }) => ({
      where: placeOf(loc),
      message: msg,
    }));
    return { title: 'The upload was refused.', advice: ADVICE[status] ?? '', faults };
  }
  const title = typeof detail === 'string' ? detail : `The service answered HTTP ${status}.`;
  const wait = retryAfter === null ? '' : ` Try again in ${retryAfter} seconds.`;
  const advice = ADVICE[status] ?? (status >= 500 ? 'The service has a problem.' : '');
  return { title, advice: (advice + wait).trim(), faults: [] };
}

/** Names the place of a fault as a person sees it: the row or the field. */
function placeOf(loc: Fault['loc']): string {
  const [, part = '', ...inner] = loc.map(String);
  return inner.at(-1) ?? part.replaceAll('_', ' ');
}
