/** Values of the upload field `output`. */
export const OUTPUTS = ['append', 'replace'] as const;
export type Output = (typeof OUTPUTS)[number];

/** How an uploaded sheet is read, and how its result is written: the upload fields of the same names. */
export interface SheetOptions {
  /** Names of the columns that hold links; `null`: they are found by their names. */
  readonly link_columns: readonly string[] | null;
  /** What relative links are appended to; `null`: none was given, and they fail. */
  readonly base_url: string | null;
  /** `auto`, or the name of a WHATWG encoding. */
  readonly encoding: string;
  readonly output: Output;
}

/** What the fields mean when they are absent. */
export const DEFAULT_SHEET_OPTIONS: SheetOptions = {
  link_columns: null,
  base_url: null,
  encoding: 'auto',
  output: 'append',
};
