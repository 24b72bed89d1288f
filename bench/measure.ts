/** One line of the table: ours, and what it is measured beside. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  /** Of what was measured beside it in the same run; `null` when the figure stands alone. */
  readonly beside: number | null;
  readonly unit: string;
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
