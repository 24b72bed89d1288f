/** One fault of what was sent, as validation answers name it. */
export interface Fault {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** The service answered with an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    /** A sentence, or for validation the faults; `null` when the answer was none of the service's. */
    readonly detail: string | readonly Fault[] | null,
    /** Seconds after which the call may be sent again, where the service said so. */
    readonly retryAfter: number | null,
  ) {
    super(`The service answered HTTP ${status}: ${sentenceOf(detail)}`);
  }
}

function sentenceOf(detail: ApiError['detail']): string {
  if (detail === null) return 'no reason given';
  if (typeof detail === 'string') return detail;
  return detail.map(({ loc, msg }) => `${loc.join(' ')}: ${msg}`).join('; ');
}
