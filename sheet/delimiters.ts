export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** Delimiters of single rows that differ from the header's. Lists of links use `|` too often to be taken for cells. */
const ROW_DELIMITERS = [',', ';', '\t'] as const;

/** Returns the delimiters with which a row is tried: its sheet's, and others that a row may have by mistake. */
export function rowDelimiters(own: Delimiter): readonly Delimiter[] {
  return own === '|' ? [...ROW_DELIMITERS, own] : ROW_DELIMITERS;
}

export function isDelimiter(text: string | undefined): text is Delimiter {
  return DELIMITERS.some((delimiter) => delimiter === text);
}
