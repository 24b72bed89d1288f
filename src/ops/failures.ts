import type { Records } from '../records/open';

export interface FailedPlace {
  readonly row: number;
  /** `null`: the row itself could not be used. */
  readonly source_url: string | null;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
}

/** Rows read at once, by key. */
const ROWS_AT_ONCE = 500;

/** The first places of the sheet that failed, in its order. */
export async function failuresOf(
  { rows, images }: Pick<Records, 'rows' | 'images'>,
  requestId: string,
  lastRow: number,
  limit: number,
): Promise<FailedPlace[]> {
  const failures: FailedPlace[] = [];
  for (let first = 1; first <= lastRow && failures.length < limit; first += ROWS_AT_ONCE) {
    const page = await rows.range(requestId, first, Math.min(first + ROWS_AT_ONCE - 1, lastRow));
    const found = await images.findMany(requestId, [...new Set(page.flatMap((row) => row.images))]);
    for (const { number: row, images: refs, error: rowError } of page) {
      if (rowError !== null) failures.push({ row, source_url: null, ...rowError, attempts: 0 });
      for (const image of refs.map((ref) => found.get(ref))) {
        if (image?.status !== 'failed' || image.error === null) continue;
        failures.push({ row, source_url: image.url, ...image.error, attempts: image.attempts });
      }
    }
  }
  return failures.slice(0, limit);
}
