import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse';
import { openSheet, readRows } from '../../src/csv/read';
import type { Measure } from '../measure';
import { compare, inTurns, summaryOf } from '../samples';
import { shown } from '../table';

const ROWS = 100_000;
const ROUNDS = { whole: 5, quick: 1 } as const;
const HEADER = 'S. No.,Product Name,Input Image Urls';

/** Files with different numbers of quotes: every quote is checked. */
const FILES: Readonly<Record<string, (row: number) => string>> = {
  'one link a row': (row) => `${row},Product ${row},http://cdn.example/${row}/front.jpg`,
  'all cells quoted, two links': (row) =>
    `"${row}","Product ${row}, blue","http://cdn.example/${row}/a.jpg, http://cdn.example/${row}/b.jpg"`,
  'line breaks in quotes': (row) =>
    `${row},"Product ${row}\nA nice, ""blue"" product\nfor many, many uses",http://cdn.example/${row}/a.jpg`,
};

export const reading: Measure = {
  title: 'Reading of CSV files',
  about: `Reading the links of 100,000 rows, compared with csv-parse reading only the cells of the same file, in turns.`,

  async run({ size, log }) {
    const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-bench-'));
    try {
      const rows: string[][] = [];
      for (const [name, rowOf] of Object.entries(FILES)) {
        const file = path.join(folder, 'rows.csv');
        const lines = Array.from({ length: ROWS }, (_, index) => rowOf(index + 1));
        await writeFile(file, [HEADER, ...lines, ''].join('\n'));
        const { ours, bare } = await inTurns(log, ROUNDS[size], {
          ours: () => cpuSecondsOf(() => readAll(file)),
          bare: () => cpuSecondsOf(() => parseAll(file)),
        });
        const { ratio } = compare(ours, bare, 's');
        rows.push([name, summaryOf(ours, 's'), summaryOf(bare, 's'), shown(ratio)]);
      }
      return {
        tables: [{ title: 'CPU time', header: ['File', 'Reading', 'csv-parse', 'Ratio'], rows }],
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function readAll(file: string): Promise<number> {
  let links = 0;
  for await (const row of readRows(file, await openSheet(file))) links += row.links.length;
  return links;
}

async function parseAll(file: string): Promise<number> {
  const records = createReadStream(file).pipe(parse({ relax_quotes: true }));
  let cells = 0;
  for await (const record of records as AsyncIterable<string[]>) cells += record.length;
  return cells;
}

async function cpuSecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}
