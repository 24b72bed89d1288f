/** Which lines of a long list to draw. Only these are in the document, however long the list is. */

export interface Scrolled {
  /** How far the box is scrolled, in pixels. */
  readonly top: number;
  /** What of the box is visible, in pixels. */
  readonly height: number;
}

export interface Lines {
  readonly count: number;
  /** In pixels. */
  readonly height: number;
}

export interface ScrollWindow {
  /** The height of what is scrolled. */
  readonly scrollHeight: number;
  /** The first line that is visible, and how much of it is above the box. */
  readonly top: { readonly line: number; readonly hidden: number };
  /** The first line to draw, and the line behind the last one. */
  readonly from: number;
  readonly to: number;
  /** Where the first drawn line is in what is scrolled. */
  readonly offset: number;
}

/** Lines drawn beyond what is visible, in heights of the box. */
const MARGIN = 0.75;

/** Browsers draw nothing beyond some 17 million pixels. Longer lists scroll proportionally faster. */
const MAX_HEIGHT = 15_000_000;

export function scrollWindow(scrolled: Scrolled, lines: Lines): ScrollWindow {
  const { count, height } = lines;
  const scrollHeight = Math.min(count * height, MAX_HEIGHT);
  const y = Math.max(scrolled.top, 0) * speedOf(scrolled.height, lines);
  const line = Math.min(Math.floor(y / height), Math.max(count - 1, 0));
  const margin = Math.ceil((scrolled.height * MARGIN) / height);
  const to = Math.min(Math.ceil((y + scrolled.height) / height) + margin, count);
  const from = Math.min(Math.max(line - margin, 0), to);
  return {
    scrollHeight,
    top: { line, hidden: y - line * height },
    from,
    to,
    offset: from * height - y + Math.max(scrolled.top, 0),
  };
}

/** How far to scroll a box to show a line at its top. */
export function scrollTopOf(
  { line, hidden }: ScrollWindow['top'],
  boxHeight: number,
  lines: Lines,
): number {
  return (line * lines.height + hidden) / speedOf(boxHeight, lines);
}

/** Pixels of the list for each scrolled pixel. */
function speedOf(boxHeight: number, { count, height }: Lines): number {
  const scrollHeight = Math.min(count * height, MAX_HEIGHT);
  return scrollHeight <= boxHeight ? 1 : (count * height - boxHeight) / (scrollHeight - boxHeight);
}
