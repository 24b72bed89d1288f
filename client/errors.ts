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

/**
 * There was no answer, or it broke off: the service cannot be reached, or the connection was lost. The call may have had
 * its effect.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/**
 * Awaits a response or its body: `fetch` reports every lost connection as a `TypeError`.
 *
 * @throws ConnectionError in its place
 */
export async function connected<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // By name: the `fetch` of another realm (a frame, a test runner's) throws the TypeError of that realm.
    if (!isObject(error) || error['name'] !== 'TypeError') throw error;
    const reason = messageOf(error['cause']) ?? messageOf(error) ?? 'no reason given';
    throw new ConnectionError(`The service did not answer: ${reason}`, { cause: error });
  }
}

function messageOf(error: unknown): string | null {
  const message = isObject(error) ? error['message'] : null;
  return typeof message === 'string' && message !== '' ? message : null;
}

/** Reads an error response. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const detail = isObject(body) && isDetail(body['detail']) ? body['detail'] : null;
  return new ApiError(response.status, detail, secondsOf(response.headers.get('retry-after')));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isDetail(value: unknown): value is string | readonly Fault[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every(isFault));
}

function isFault(value: unknown): value is Fault {
  return (
    isObject(value) &&
    Array.isArray(value['loc']) &&
    typeof value['msg'] === 'string' &&
    typeof value['type'] === 'string'
  );
}

/** Reads `Retry-After`: the service sends seconds, a proxy before it may send a date. */
function secondsOf(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : Math.max(0, Math.ceil((Date.parse(retryAfter) - Date.now()) / 1000));
  return Number.isNaN(seconds) ? null : seconds;
}

function sentenceOf(detail: ApiError['detail']): string {
  if (detail === null) return 'no reason given';
  if (typeof detail === 'string') return detail;
  return detail.map(({ loc, msg }) => `${loc.join(' ')}: ${msg}`).join('; ');
}
