/** One line of a table: a measured value and the most or the least that it may be. */
export interface Line {
  readonly name: string;
  /** Not a number where it could not be measured. */
  readonly value: number;
  readonly unit: string;
  /** Left out where a value is only reported. */
  readonly most?: number;
  readonly least?: number;
  /** Explains the limit. */
  readonly why?: string;
}

/** Not a number, as the median of nothing is, never holds. */
export function holds({ value, most = Infinity, least = -Infinity }: Line): boolean {
  return value <= most && value >= least;
}

export function tableOf(lines: readonly Line[]): string {
  return markdownTable(['What', 'Measured', 'Limit', 'Held'], lines.map(cellsOf));
}

/** Returns name, value, limit and whether it holds. */
export function cellsOf(line: Line): [string, string, string, string] {
  const { name, value, unit } = line;
  const limit = limitOf(line);
  const held = limit === '' ? '' : holds(line) ? 'yes' : 'NO';
  return [name, Number.isNaN(value) ? 'not measured' : withUnit(value, unit), limit, held];
}

export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return [...lines.map((cells) => `| ${cells.map(escaped).join(' | ')} |`), ''].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
}

/** Returns `held`, or the names of the lines that do not hold. */
export function verdictOf(lines: readonly Line[]): string {
  const broken = lines.filter((line) => !holds(line)).map(({ name }) => name);
  return broken.length === 0 ? 'held' : `not held: ${broken.join('; ')}`;
}

function limitOf({ most, least, unit, why }: Line): string {
  const reason = why === undefined ? '' : ` (${why})`;
  if (most !== undefined) return `at most ${withUnit(most, unit)}${reason}`;
  return least === undefined ? '' : `at least ${withUnit(least, unit)}${reason}`;
}

function withUnit(value: number, unit: string): string {
  return `${shown(value)} ${unit}`;
}

/** Shows three digits; integers whole. */
export function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Returns the smallest value that the given share of all values does not exceed. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
