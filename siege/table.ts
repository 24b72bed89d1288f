/** One line of the table: a measured value and the most or the least that it may be. */
export interface Line {
  readonly name: string;
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
  const rows = lines.map((line) => {
    const { name, value, unit } = line;
    const limit = limitOf(line);
    const held = limit === '' ? '' : holds(line) ? 'yes' : 'NO';
    return `| ${name} | ${shown(value)} ${unit} | ${limit} | ${held} |`;
  });
  return ['| What | Measured | Limit | Held |', '| --- | --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

/** Returns `held`, or the names of the lines that do not hold. */
export function verdictOf(lines: readonly Line[]): string {
  const broken = lines.filter((line) => !holds(line)).map(({ name }) => name);
  return broken.length === 0 ? 'held' : `not held: ${broken.join('; ')}`;
}

function limitOf({ most, least, unit, why }: Line): string {
  const reason = why === undefined ? '' : ` (${why})`;
  if (most !== undefined) return `at most ${shown(most)} ${unit}${reason}`;
  return least === undefined ? '' : `at least ${shown(least)} ${unit}${reason}`;
}

function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Returns the smallest value that the given share of all values does not exceed. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
