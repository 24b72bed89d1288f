import { sheet } from './calls';

export const LARGE_ROWS = 600;
const TEXT = 'A long description. '.repeat(15);

/** Returns a sheet with so much text that an activity of its own records it, in three batches. Its rows repeat the links. */
export function largeSheetOf(links: readonly string[]): string {
  const rows = Array.from({ length: LARGE_ROWS }, (_, row) => {
    const link = links[row % links.length] ?? '';
    return `${row + 1},${TEXT},${link}`;
  });
  return sheet(...rows);
}
