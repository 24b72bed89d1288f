import type { ImageResource, TimelineEntry } from '../../contract/http/images';
import type { TimelineEvent } from '../../contract/timeline';
import { formatBytes, formatExact, formatPixels, numberFormat } from './format';

export const EVENT_LABELS: Readonly<Record<TimelineEvent, string>> = {
  queued: 'Queued',
  retried: 'Attempt failed, tried again',
  waited: 'Waited for its turn',
  downloaded: 'Downloaded',
  compressed: 'Compressed',
  stored: 'Stored',
  failed: 'Failed',
};

export interface Step extends TimelineEntry {
  /** The time of the day; with the date in the first step, and wherever the day changes. */
  readonly shownAt: string;
  /** Compared with the longest step, from 0 to 1; `null` for a moment. */
  readonly share: number | null;
}

type Result = Pick<ImageResource, 'bytes_in' | 'bytes_out' | 'width' | 'height' | 'format'>;

/** @param image the one that the timeline is of */
export function stepsOf(
  timeline: readonly TimelineEntry[],
  image: Result,
  locale?: string,
): readonly Step[] {
  const longest = Math.max(...timeline.map(({ ms }) => ms ?? 0), 1);
  return timeline.map((entry, index) => ({
    ...entry,
    shownAt: formatAt(entry.at, timeline[index - 1]?.at, locale),
    detail: detailOf(entry, image, locale),
    share: entry.ms === null ? null : entry.ms / longest,
  }));
}

/** The numbers in the locale of the browser; what has no numbers, in the words of the service. */
function detailOf(
  { event, detail }: TimelineEntry,
  image: Result,
  locale: string | undefined,
): string | null {
  const { bytes_in, bytes_out, format } = image;
  if (event === 'downloaded' && bytes_in !== null) return formatBytes(bytes_in, locale);
  if (event !== 'compressed' || bytes_out === null) return detail;
  const parts = [formatBytes(bytes_out, locale), formatPixels(image, locale), format];
  return parts.filter((part) => part !== null).join(', ');
}

/** Returns "340 ms", "1.25 sec" or "3.5 min". */
export function formatMs(ms: number, locale?: string): string {
  const [unit, length] =
    ms < 1_000
      ? (['millisecond', 1] as const)
      : ms < 120_000
        ? (['second', 1_000] as const)
        : (['minute', 60_000] as const);
  return numberFormat(locale, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumSignificantDigits: 3,
  }).format(ms / length);
}

function formatAt(at: string, before: string | undefined, locale: string | undefined): string {
  const time = new Date(at);
  const isSameDay = before !== undefined && new Date(before).toDateString() === time.toDateString();
  return isSameDay
    ? new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }).format(time)
    : formatExact(time.getTime(), locale);
}
