import Table from 'cli-table3';
import { printable } from './text';

/** No frame: rows can be read, cut and searched by other programs as well. */
const FRAME = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((part) => [part, '']),
);

/** Columns under their heads; without any row the heads alone. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return laidOut([heads, ...rows]);
}

/** A name and its value a line. */
export function listOf(entries: readonly (readonly [name: string, value: string])[]): string {
  return laidOut(entries);
}

function laidOut(rows: readonly (readonly string[])[]): string {
  const table = new Table({
    chars: FRAME,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of rows) table.push(row.map((cell) => printable(cell)));
  const lines = table.toString().split('\n');
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
