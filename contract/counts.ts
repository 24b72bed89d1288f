/** Counts of occurrences: a link that occurs twice counts twice, and a bad row counts as one failed. */
export interface Counts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
}

/** Bytes downloaded and bytes written for images that succeeded. An image with several occurrences counts once. */
export interface ByteCounts {
  readonly in: number;
  readonly out: number;
}
