import { isOwnColumn, normalized } from './columnNames';
import { PLATFORMS, type Platform } from './platforms';

export interface LinkColumns {
  /** Indexes of the columns that hold links, in ascending order; at least one. */
  readonly link_columns: readonly number[];
  /** Whether a row without any link is part of the sheet, as in the export of a shop, and no fault. */
  readonly mayLackLinks: boolean;
}

/**
 * `Input Image Urls`, `Image URL(s)`, `Images`, `Image 1`, `Image 2 Link`, after {@link normalized}; but not
 * `Output Image Urls`.
 */
const INPUT_IMAGE_URLS = /^(input)?(image|img)s?\d*(url|link|src)?(s|\(s\))?\d*$/;
/** The other columns of this service's own format. */
const SERIAL_NUMBER = /^(sl?no|srno|serialno|serialnumber)$/;
const PRODUCT_NAME = /^productname$/;

/**
 * Finds the columns of links in a header.
 *
 * @param named what the upload field `link_columns` names; `null`: they are found by known names
 * @returns `null` when there is none, or one of those named is missing
 */
export function findLinkColumns(
  columns: readonly string[],
  named: readonly string[] | null,
): LinkColumns | null {
  if (named === null) return findKnown(columns);
  const found = new Set<number>();
  for (const name of named) {
    const indexes = columnsNamed(columns, name);
    if (indexes.length === 0) return null;
    for (const index of indexes) found.add(index);
  }
  return { link_columns: [...found].sort((one, other) => one - other), mayLackLinks: true };
}

/** Returns the indexes of the columns with that name: exactly, or else after {@link normalized}. */
export function columnsNamed(columns: readonly string[], name: string): number[] {
  if (isOwnColumn(name)) return [];
  const exact = indexesOf(columns, (column) => column.trim() === name.trim());
  const wanted = normalized(name);
  return exact.length > 0 || wanted === ''
    ? exact
    : indexesOf(columns, (column) => normalized(column) === wanted);
}

/** No known name is as long. The patterns would take minutes for a name of a megabyte. */
const MAX_NAME = 200;

function comparableNames(columns: readonly string[]): string[] {
  return columns.map((name) => (name.length > MAX_NAME ? '' : normalized(name)));
}

function findKnown(columns: readonly string[]): LinkColumns | null {
  const names = comparableNames(columns);
  const exports = findExports(columns, names);
  const link_columns = indexesOf(
    names,
    (name) => INPUT_IMAGE_URLS.test(name) || exports.some(({ pattern }) => pattern.test(name)),
  );
  if (link_columns.length === 0) return null;
  return { link_columns, mayLackLinks: exports.length > 0 && !isOwnFormat(columns) };
}

/** Returns the known exports that a header may be of. */
function findExports(columns: readonly string[], names: readonly string[]): readonly Known[] {
  const cells = new Set(columns.map(asCompanion));
  return KNOWN.filter(
    ({ companions, pattern }) =>
      companions.every((name) => cells.has(name)) && names.some((name) => pattern.test(name)),
  );
}

/** Returns the name of the platform whose export has most in common with a header; `null` when there is none. */
export function platformOf(columns: readonly string[]): string | null {
  if (isOwnFormat(columns)) return null;
  const names = comparableNames(columns);
  // Some names differ only in how they are written: `productImageUrl`, `Product image URL`.
  const inCommon = ({ companions, pattern, written }: Known) =>
    companions.length +
    names.filter((name) => pattern.test(name)).length +
    columns.filter((name) => written.includes(name)).length;
  const [best] = [...findExports(columns, names)].sort(
    (one, other) => inCommon(other) - inCommon(one),
  );
  return best?.name ?? null;
}

/** Whether a header is that of this service's own format. */
export function isOwnFormat(columns: readonly string[]): boolean {
  const names = comparableNames(columns);
  return [SERIAL_NUMBER, PRODUCT_NAME].every((spelling) =>
    names.some((name) => spelling.test(name)),
  );
}

interface Known {
  readonly name: string;
  /** The names of its link columns. */
  readonly written: readonly string[];
  readonly companions: readonly string[];
  readonly pattern: RegExp;
}

const KNOWN: readonly Known[] = PLATFORMS.map((platform) => ({
  name: platform.name,
  written: platform.columns,
  companions: platform.companions.map(asCompanion),
  pattern: patternOf(platform),
}));

function patternOf({ columns }: Platform): RegExp {
  const patterns = columns.map((name) =>
    normalized(name)
      .replace(/[()[\]*?+^$|\\{}]/g, '\\$&')
      .replaceAll('#', '\\d*')
      .replaceAll('…', '.*'),
  );
  return new RegExp(`^(?:${patterns.join('|')})$`);
}

function asCompanion(name: string): string {
  return name.trim().toLowerCase();
}

function indexesOf(names: readonly string[], isWanted: (name: string) => boolean): number[] {
  return names.flatMap((name, index) => (isWanted(name) ? [index] : []));
}
