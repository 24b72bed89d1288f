/** Places in the sheet: a link that stands twice counts twice, a bad row counts as one failed. */
export interface Counts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
}

/** Bytes downloaded and bytes written, over the images that succeeded; a shared image counts once. */
export interface ByteCounts {
  readonly in: number;
  readonly out: number;
}
