/** Writes column names as one CSV record, which the upload field `link_columns` takes. */
export function toRecord(names: readonly string[]): string {
  return names
    .map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join(',');
}

/** More columns make a table that no one reads. */
const MOST = 8;

/** Chooses the columns of a preview by index, in their order: those with links, and the first of the others. */
export function shownColumns(
  columns: readonly string[],
  linkColumns: readonly string[],
): readonly number[] {
  const indexes = [...columns.keys()];
  const isLink = (index: number) => linkColumns.includes(columns[index] ?? '');
  const links = indexes.filter(isLink).slice(0, MOST - 1);
  const others = indexes.filter((index) => !isLink(index)).slice(0, MOST - links.length);
  return [...links, ...others].sort((one, other) => one - other);
}
