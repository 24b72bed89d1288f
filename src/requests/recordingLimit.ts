import { createTurns, type TurnLimits } from './turns';

/**
 * How many uploads are recorded at once, and how many wait for it. A large upload takes up to 100 MB of memory and
 * minutes, a small one a few megabytes and seconds: it does not wait behind large ones. Few large ones wait, since the
 * client of each would wait for all before it.
 */
export const RECORDING_LIMITS = {
  small: { atOnce: 8, waiting: 100 },
  large: { atOnce: 1, waiting: 8, mostPauseMs: 1_000 },
} as const satisfies Record<string, TurnLimits>;

const REFUSAL = 'Too many uploads are being recorded; send it again later';

/** The most that an upload weighs that counts as small. */
export const MAX_SMALL = 20_000;

/** So many bytes are recorded in about the time of one row: a single row may hold a megabyte. */
const BYTES_OF_ROW = 64;

/** Records an upload of this weight, at once or when it is its turn. */
export type RecordingLimit = <T>(weight: number, record: () => Promise<T>) => Promise<T>;

/** @param entries rows and links */
export function weightOf(entries: number, bytes: number): number {
  return entries + Math.ceil(bytes / BYTES_OF_ROW);
}

/** Limits the uploads that one process records at once. Those that wait hold no memory but their file's header. */
export function createRecordingLimit(
  limits: Readonly<Record<'small' | 'large', TurnLimits>> = RECORDING_LIMITS,
): RecordingLimit {
  const small = createTurns(limits.small, REFUSAL);
  const large = createTurns(limits.large, REFUSAL);
  return (weight, record) => (weight <= MAX_SMALL ? small : large)(record);
}
