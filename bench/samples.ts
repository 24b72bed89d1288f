import type { Log } from '../src/process/main';
import { shown } from './table';

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Runs the contenders one after the other, and this as often as there are rounds, so that each one has its turn in
 * the quiet and in the busy minutes of the machine.
 *
 * @param contenders `null` for one that cannot run
 * @returns the results of each contender, in the order of the rounds
 */
export async function inTurns<K extends string, T>(
  log: Log,
  rounds: number,
  contenders: Readonly<Record<K, (() => Promise<T>) | null>>,
): Promise<Record<K, T[]>> {
  const names = Object.keys(contenders) as K[];
  const results = Object.fromEntries(names.map((name) => [name, new Array<T>()])) as Record<K, T[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const run = contenders[name];
      if (run === null) continue;
      log(`  round ${round + 1} of ${rounds}: ${name}`);
      results[name].push(await run());
    }
  }
  return results;
}

/** The median, and the range of the rounds when there are several. */
export function summaryOf(values: readonly number[], unit: string): string {
  const median = `${shown(medianOf(values))} ${unit}`;
  return values.length < 2
    ? median
    : `${median} (${shown(Math.min(...values))}–${shown(Math.max(...values))})`;
}

export interface Comparison {
  /** Median of the ratios of the rounds: a machine that slows down from round to round changes both. */
  readonly ratio: number;
  /** Both medians with their ranges. */
  readonly detail: string;
}

/** Compares a value with its reference of the same round. */
export function compare(
  values: readonly number[],
  references: readonly number[],
  unit: string,
): Comparison {
  const ratios = values.map((value, round) => value / (references[round] ?? Number.NaN));
  return {
    ratio: medianOf(ratios),
    detail: `${summaryOf(values, unit)} against ${summaryOf(references, unit)}`,
  };
}
