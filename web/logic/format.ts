/** Texts for numbers and times, in the locale of the browser. */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

const numberFormats = new Map<string, Intl.NumberFormat>();

/** Kept, because making one takes 50 times as long as using it, and a list formats hundreds of numbers at once. */
export function numberFormat(
  locale: string | undefined,
  options: Intl.NumberFormatOptions = {},
): Intl.NumberFormat {
  const name = JSON.stringify([locale, options]);
  const known = numberFormats.get(name);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat(locale, options);
  numberFormats.set(name, format);
  return format;
}

export function formatNumber(value: number, locale?: string): string {
  return numberFormat(locale).format(value);
}

export function formatImages(count: number, locale?: string): string {
  return `${formatNumber(count, locale)} ${count === 1 ? 'image' : 'images'}`;
}

export function formatBytes(bytes: number, locale?: string): string {
  const size = Math.abs(bytes);
  const power = size < 1 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), UNITS.length - 1);
  return numberFormat(locale, {
    style: 'unit',
    unit: UNITS[power],
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** power);
}

/** Returns "1,200 × 900 pixels"; `null` when the size is not known. */
export function formatPixels(
  { width, height }: { readonly width: number | null; readonly height: number | null },
  locale?: string,
): string | null {
  if (width === null || height === null) return null;
  return `${formatNumber(width, locale)} × ${formatNumber(height, locale)} pixels`;
}

/** @param part from 0 to 1; less than the whole is never shown as 100 % */
export function formatShare(part: number, locale?: string): string {
  const shown = part < 1 ? Math.min(part, 0.99) : part;
  return numberFormat(locale, { style: 'percent' }).format(shown);
}

export function formatRate(perSecond: number, locale?: string): string {
  return numberFormat(locale, { maximumSignificantDigits: 2 }).format(perSecond);
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** Returns "2 hours ago" or "in 5 minutes"; less than a minute counts as now. */
export function formatRelative(time: number, now: number, locale?: string): string {
  const seconds = (time - now) / 1000;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, 'second');
}

export function formatExact(time: number, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(time);
}

/** @param day as in `2026-11-27` */
export function formatDay(day: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(`${day}T00:00`));
}

/** Returns "40 seconds", "5 minutes" or "2 hours", rounded up: an estimate should not be too short. */
export function formatDuration(seconds: number, locale?: string): string {
  const [unit, length] =
    STEPS.find(([, least]) => seconds >= least * 2) ?? (['second', 1] as const);
  return numberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.max(1, Math.ceil(seconds / length)),
  );
}
