import Table from 'cli-table3';
import { printable } from './text';

/** No frame, so that other programs can cut and search the rows. */
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

/** Formats rows as columns under their heads. */
export function tableOf(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return layOut([heads, ...rows]);
}

/** Formats one name and value per line. */
export function listOf(entries: readonly (readonly [name: string, value: string])[]): string {
  return layOut(entries);
}

function layOut(rows: readonly (readonly string[])[]): string {
  const table = new Table({
    chars: FRAME,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of rows) table.push(row.map((cell) => printable(cell)));
  const lines = table.toString().split('\n');
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}
