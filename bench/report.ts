import { availableParallelism } from 'node:os';
import type { Measure } from './measure';

const BAR = 300;
const LINE = 64;

export function tableOf(measures: readonly Measure[]): string {
  const rows = measures.map(({ name, value, beside, unit }) =>
    beside === null
      ? `| ${name} | ${shown(value)} ${unit} | | |`
      : `| ${name} | ${shown(value)} ${unit} | ${shown(beside)} ${unit} | ${(value / beside).toFixed(2)} |`,
  );
  return [
    `On ${availableParallelism()} cores, servers and origin included; the embedded Temporal is a development`,
    'server with one history shard. Medians of several rounds, taken in turns within one run.',
    '',
    '| What | Measured | Beside it | Ratio |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Two bars for each measure that has something beside it. */
export function plotOf(measures: readonly Measure[]): string {
  const pairs = measures.flatMap(({ beside, ...rest }) =>
    beside === null ? [] : [{ ...rest, beside }],
  );
  const bars = pairs.flatMap(({ name, value, beside, unit }, index) => {
    const most = Math.max(value, beside);
    const top = index * LINE;
    return [
      `<text x="10" y="${top + 18}">${name.replaceAll('&', '&amp;')}</text>`,
      bar(top + 24, (BAR * value) / most, '#2a6', `measured ${shown(value)} ${unit}`),
      bar(top + 42, (BAR * beside) / most, '#999', `beside ${shown(beside)} ${unit}`),
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
