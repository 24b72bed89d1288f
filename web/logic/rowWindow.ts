export interface RowWindow {
  /** The first row to draw. */
  readonly from: number;
  /** The row behind the last one to draw. */
  readonly to: number;
}

/** Rows drawn beyond what is visible, so that scrolling shows no gap. */
const MARGIN = 10;

/** Which of `count` rows of one height to draw. Only these are in the document, however long the list is. */
export function rowWindow(
  scrolled: number,
  visible: number,
  rowHeight: number,
  count: number,
): RowWindow {
  const first = Math.floor(Math.max(scrolled, 0) / rowHeight);
  const rows = Math.ceil(visible / rowHeight);
  const to = Math.min(first + rows + MARGIN, count);
  return { from: Math.min(Math.max(first - MARGIN, 0), to), to };
}
