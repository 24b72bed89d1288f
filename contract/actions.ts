/** What a bulk operation does with each of its requests. */
export const BULK_ACTIONS = ['retry', 'cancel', 'delete', 'redeliver'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** `stopped`: by an operator. `failed`: its workflow was ended from outside. */
export const BULK_STATUSES = ['running', 'completed', 'stopped', 'failed'] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];

/** Numbers of requests. */
export interface BulkProgress {
  /** The action was taken. */
  readonly done: number;
  /** The action was not possible: see the conflicts (409) and unknown ids (404) of the single calls. */
  readonly skipped: number;
  /** The action failed, however often it was tried. */
  readonly failed: number;
}
