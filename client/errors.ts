/** One fault in a validation error response. */
export interface Fault {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** An error response of the service. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    /** A sentence or, for validation errors, the faults; `null` when the response is not from the service. */
    readonly detail: string | readonly Fault[] | null,
    /** Seconds after which the call may be repeated; `null` when the response does not say so. */
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
