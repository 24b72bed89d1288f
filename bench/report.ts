import { availableParallelism } from 'node:os';
import type { Measure } from './measure';

const BAR = 300;
const LINE = 64;

export function tableOf(measures: readonly Measure[]): string {
  const rows = measures.map(({ name, value, baseline, unit }) =>
    baseline === null
      ? `| ${name} | ${shown(value)} ${unit} | | |`
      : `| ${name} | ${shown(value)} ${unit} | ${shown(baseline)} ${unit} | ${(value / baseline).toFixed(2)} |`,
  );
  return [
    `On ${availableParallelism()} cores, shared with the servers and the origin. The embedded Temporal is a`,
    'development server with one history shard. Values are medians of several rounds, alternating within one run.',
    '',
    '| What | Measured | Baseline | Ratio |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Draws two bars for each measure with a baseline. */
export function plotOf(measures: readonly Measure[]): string {
  const pairs = measures.flatMap(({ baseline, ...rest }) =>
    baseline === null ? [] : [{ ...rest, baseline }],
  );
  const bars = pairs.flatMap(({ name, value, baseline, unit }, index) => {
    const most = Math.max(value, baseline);
    const top = index * LINE;
    return [
      `<text x="10" y="${top + 18}">${name.replaceAll('&', '&amp;')}</text>`,
      bar(top + 24, (BAR * value) / most, '#2a6', `measured ${shown(value)} ${unit}`),
      bar(top + 42, (BAR * baseline) / most, '#999', `baseline ${shown(baseline)} ${unit}`),
    ];
  });
  const height = pairs.length * LINE + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="560" height="${height}" font-family="sans-serif" font-size="13">`,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

function bar(y: number, width: number, colour: string, label: string): string {
  return (
    `<rect x="10" y="${y}" width="${width.toFixed(0)}" height="14" fill="${colour}"/>` +
    `<text x="${(width + 16).toFixed(0)}" y="${y + 12}">${label}</text>`
  );
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
