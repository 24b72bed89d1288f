/** One line of the table: a measured value and its baseline. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  /** Measured in the same run; `null` when there is none. */
  readonly baseline: number | null;
  readonly unit: string;
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
