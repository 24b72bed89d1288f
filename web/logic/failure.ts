import { ApiError, type Fault } from '../../client/errors';
import { formatDuration } from './format';

/** What was asked of the service when it failed: the same status means something else for an upload. */
export type Asked = 'upload' | 'other';

/** An error in words: what happened, and what to do. */
export interface Explained {
  readonly title: string;
  readonly advice: string;
  /** When to try again; `null` when it would fail again. */
  readonly again: string | null;
  /** Faults of single rows or fields. */
  readonly faults: readonly { readonly where: string; readonly message: string }[];
}

type Advice = Readonly<Record<number, string>>;

const ADVICE: Advice = {
  403: 'Ask for a key with more rights.',
  404: 'It may have been deleted, or the address is incomplete.',
  409: 'Its state has changed. Look at it again, then decide.',
};

const UPLOAD_ADVICE: Advice = {
  ...ADVICE,
  400: 'Choose a CSV. In a spreadsheet program: save or export as CSV.',
  409: 'The file has changed since it was last sent. Upload it again.',
  413: 'Split the file into smaller ones.',
  422: 'Correct this, then upload again.',
};

const AGAIN = 'Try again in a moment.';

export function explain(error: unknown, asked: Asked = 'other', locale?: string): Explained {
  if (!(error instanceof ApiError)) {
    return {
      title: 'The service cannot be reached.',
      advice: 'Check your connection.',
      again: AGAIN,
      faults: [],
    };
  }
  const { status, detail } = error;
  const faults = Array.isArray(detail) ? (detail as readonly Fault[]) : [];
  const advice = (asked === 'upload' ? UPLOAD_ADVICE : ADVICE)[status];
  return {
    title: typeof detail === 'string' ? detail : titleOf(status, faults, asked),
    advice: advice ?? (status >= 500 ? 'The service has a problem.' : ''),
    again: againAfter(error, locale),
    faults: faults.map(({ loc, msg }) => ({ where: placeOf(loc), message: msg })),
  };
}

function titleOf(status: number, faults: readonly Fault[], asked: Asked): string {
  if (faults.length === 0) return `The service answered HTTP ${status}.`;
  if (asked === 'upload') return 'The upload was refused.';
  const isFilter = faults.every(({ loc }) => loc[0] === 'query');
  return isFilter ? 'The service cannot filter by this.' : 'The service refused this.';
}

function againAfter({ status, detail, retryAfter }: ApiError, locale?: string): string | null {
  if (retryAfter !== null) return `Try again in ${formatDuration(retryAfter, locale)}.`;
  // Without a sentence, it may be an answer of a proxy whose service is away.
  const isTemporary = status >= 500 || status === 429 || detail === null;
  return isTemporary ? AGAIN : null;
}

/** Filters whose label on the page is another than their name. */
const FILTERS: Readonly<Record<string, string>> = {
  q: 'file name or id',
  since: 'uploaded from',
  until: 'uploaded until',
};

/** Names the place of a fault as a person sees it: the row or the field. */
function placeOf(loc: Fault['loc']): string {
  const [, part = '', ...inner] = loc.map(String);
  const name = inner.at(-1) ?? part.replaceAll('_', ' ');
  return FILTERS[name] ?? name;
}

/** Whether the service has decided; after other errors, it may have done what it was asked for. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status < 500;
}

/** Whether the service does not know what was asked for; a 404 without a sentence is not from the service. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && error.detail !== null;
}
