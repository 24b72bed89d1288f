/** Why a request is refused: the caller's fault, a conflict, a limit, or a service that is unavailable. */
export type RefusalCode =
  | 'not_csv'
  | 'malformed'
  | 'unauthorized'
  | 'forbidden'
  | 'cross_site'
  | 'wrong_host'
  | 'too_large'
  | 'unsatisfiable_range'
  | 'invalid'
  | 'rate_limited'
  | 'queue_full'
  | 'idempotency_conflict'
  | 'not_found'
  | 'not_finished'
  | 'conflict'
  | 'unavailable';

/** One fault in a request, in the shape of validation answers. */
export interface Fault {
  /** Where: `['body', 'quality']`, `['body', 'file', 'row 7']`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  /** A machine-readable word: `missing`, `invalid_row`, … */
  readonly type: string;
}

/** A request that is answered with an error. Only `invalid` has `faults`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly faults: readonly Fault[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
