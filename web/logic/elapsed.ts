/** Pairs of units in which a time that has passed is told, from the longest. */
const PAIRS = [
  ['day', 86_400, 'hour', 3_600],
  ['hour', 3_600, 'minute', 60],
  ['minute', 60, 'second', 1],
] as const;

/** Below this, tenths of a second are shown. */
const PRECISE_SECONDS = 10;

/** Returns how long something took: "0.8 sec", "42 sec", "3 min 5 sec". */
export function formatElapsed(ms: number, locale?: string): string {
  const seconds = Math.max(ms, 0) / 1000;
  if (seconds < PRECISE_SECONDS) return formatUnit(seconds, 'second', 1, locale);
  const whole = Math.round(seconds);
  for (const [unit, length, smaller, smallerLength] of PAIRS) {
    if (whole < length) continue;
    const rest = Math.floor((whole % length) / smallerLength);
    const parts = [formatUnit(Math.floor(whole / length), unit, 0, locale)];
    if (rest > 0) parts.push(formatUnit(rest, smaller, 0, locale));
    return parts.join(' ');
  }
  return formatUnit(whole, 'second', 0, locale);
}

function formatUnit(value: number, unit: string, digits: number, locale?: string): string {
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

/** Returns the time of the day, and the date if that is another one than now. */
export function formatClock(time: number, now: number, locale?: string): string {
  const isToday = new Date(time).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(locale, {
    timeStyle: 'short',
    ...(!isToday && { dateStyle: 'medium' }),
  }).format(time);
}
