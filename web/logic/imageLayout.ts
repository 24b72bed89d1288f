export const IMAGE_VIEWS = ['table', 'grid'] as const;
export type ImageView = (typeof IMAGE_VIEWS)[number];

export interface ImageLayout {
  /** Images beside each other. */
  readonly columns: number;
  /** Height of a line of images, in pixels. */
  readonly lineHeight: number;
  /** Too narrow for a table with a column for each fact. */
  readonly isNarrow: boolean;
}

const NARROW = 720;
const CARD_WIDTH = 136;
const CARD_GAP = 12;

const LINE_HEIGHTS = { table: 64, narrow: 116, grid: 268 };

/** How images are laid out in a box. All lines are equally high, so that any of them can be drawn without the others. */
export function layoutOf(view: ImageView, width: number): ImageLayout {
  const isNarrow = width < NARROW;
  if (view === 'table') {
    return { columns: 1, lineHeight: LINE_HEIGHTS[isNarrow ? 'narrow' : 'table'], isNarrow };
  }
  const columns = Math.max(Math.floor((width + CARD_GAP) / (CARD_WIDTH + CARD_GAP)), 1);
  return { columns, lineHeight: LINE_HEIGHTS.grid, isNarrow };
}
