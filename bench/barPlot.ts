import {
  CHARACTER,
  colourOf,
  GREY,
  legendOf,
  MARGIN,
  rectangle,
  svgOf,
  text,
  TITLE,
  WIDTH,
} from './svg';

const ROW = 34;

interface BarPlot {
  readonly title: string;
  readonly unit: string;
  /** What the parts of each bar are, from left to right. */
  readonly parts: readonly string[];
  readonly bars: readonly {
    readonly label: string;
    /** Of each part. */
    readonly values: readonly number[];
    /** A reference is grey and has no parts. */
    readonly isReference: boolean;
  }[];
}

/** Draws one horizontal bar below the other, each made of parts. */
export function barPlot({ title, unit, parts, bars }: BarPlot): string {
  const left = MARGIN + CHARACTER * Math.max(...bars.map(({ label }) => label.length)) + 10;
  const most = Math.max(...bars.map(({ values }) => sumOf(values)));
  const scale = (WIDTH - left - MARGIN - 90) / most;
  const legend = parts.length > 1 ? legendOf(parts, TITLE) : { drawn: [], bottom: TITLE };
  const rows = bars.flatMap(({ label, values, isReference }, index) => {
    const top = legend.bottom + index * ROW;
    let x = left;
    const pieces = values.map((value, part) => {
      const width = value * scale;
      const piece = rectangle(x, top, width, ROW - 10, isReference ? GREY : colourOf(part));
      x += width;
      return piece;
    });
    return [
      text(MARGIN, top + 17, label),
      ...pieces,
      text(x + 8, top + 17, `${sumOf(values).toPrecision(3)} ${unit}`),
    ];
  });
  return svgOf(title, legend.bottom + bars.length * ROW + MARGIN, [...legend.drawn, ...rows]);
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
