import { UsageError } from './exit';

const UNIT_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/**
 * Parses a time: an age (`30m`, `12h`, `1d`, `2w`), a date, or a time in ISO 8601.
 *
 * @throws UsageError
 */
export function parseTime(option: string, text: string, now: Date): Date {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const length = UNIT_MS[unit];
  if (count !== undefined && length !== undefined) {
    return new Date(now.getTime() - Number(count) * length);
  }
  const time = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(
    `Expected ${option} as 30m, 12h, 1d or 2w ago, or as 2030-01-31 or 2030-01-31T12:00:00Z, received "${text}"`,
  );
}
