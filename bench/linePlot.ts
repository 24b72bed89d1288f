import { colourOf, fixed, legendOf, MARGIN, svgOf, text, TITLE, WIDTH } from './svg';

interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

const PLOT_HEIGHT = 240;
const Y_STEPS = 4;

/** Draws lines through points, over a logarithmic x axis and a y axis that begins at 0. */
export function linePlot({ title, xLabel, yLabel, series }: LinePlot): string {
  const points = series.flatMap((one) => one.points);
  const xs = [...new Set(points.map(([x]) => x))].sort((one, other) => one - other);
  const [first, last] = [Math.log(xs[0] ?? 1), Math.log(xs.at(-1) ?? 1)];
  const most = roundUp(Math.max(...points.map(([, y]) => y)));
  const legend = legendOf(
    series.map(({ name }) => name),
    TITLE,
  );
  const [left, right] = [MARGIN + 60, WIDTH - MARGIN - 30];
  const [top, bottom] = [legend.bottom + 24, legend.bottom + 24 + PLOT_HEIGHT];
  const xOf = (x: number) =>
    first === last ? left : left + ((Math.log(x) - first) / (last - first)) * (right - left);
  const yOf = (y: number) => bottom - (y / most) * PLOT_HEIGHT;
  const steps = Array.from({ length: Y_STEPS + 1 }, (_, step) => (most * step) / Y_STEPS);
  return svgOf(title, bottom + 48, [
    ...legend.drawn,
    text(MARGIN, top - 10, yLabel),
    ...steps.flatMap((step) => [
      `<path class="axis" stroke-width="0.5" d="M${left} ${fixed(yOf(step))}H${right}"/>`,
      text(left - 8, yOf(step) + 4, String(Number(step.toPrecision(3))), 'end'),
    ]),
    ...xs.map((x) => text(xOf(x), bottom + 18, x.toLocaleString('en-US'), 'middle')),
    text((left + right) / 2, bottom + 38, xLabel, 'middle'),
    ...series.flatMap((one, index) => lineOf(one.points, xOf, yOf, colourOf(index))),
  ]);
}

type Axis = (value: number) => number;

function lineOf(
  points: readonly (readonly [x: number, y: number])[],
  xOf: Axis,
  yOf: Axis,
  colour: string,
): string[] {
  const places = points.map(([x, y]) => [fixed(xOf(x)), fixed(yOf(y))] as const);
  const path = places.map(([x, y]) => `${x} ${y}`).join('L');
  return [
    `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="4" fill="${colour}"/>`),
  ];
}

/** Returns the next of 1, 2, 4 or 8 times a power of ten, which four steps divide well. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 8].find((factor) => factor * power >= value) ?? 10);
}
