import type { Figure } from './limits';
import type { Findings, Measure, Table } from './measure';
import { cellsOf, holds, markdownTable } from './table';

export interface Section {
  readonly name: string;
  readonly measure: Pick<Measure, 'title' | 'about'>;
  readonly findings: Findings;
}

/** What is printed of one measure. */
export function textOf({ figures = [], tables = [], notes = [] }: Findings): string {
  return [
    ...(figures.length === 0 ? [] : [limitsTable(figures)]),
    ...tables.flatMap(({ title, ...table }) => [`${title}:\n`, tableText(table)]),
    ...notes.map((note) => `${note}\n`),
  ].join('\n');
}

/** The document. */
export function documentOf(
  machine: readonly (readonly [string, string])[],
  sections: readonly Section[],
  minutes: number,
): string {
  const figures = sections.flatMap(({ findings }) => findings.figures ?? []);
  const met = figures.filter(holds).length;
  return [
    '# Benchmarks\n',
    'Written by `npm run bench`, which measures everything in one run, on one machine, each figure in turns with its',
    'reference. Every figure is the median of at least three rounds, unless it says "once"; the range of the rounds is',
    'in brackets. CPU time holds on a busy machine better than time by the clock, so both are given.\n',
    '## Machine\n',
    markdownTable(['What', 'Which'], machine),
    '## Limits\n',
    `${met} of ${figures.length} are met. A figure that misses its limit stays here.\n`,
    limitsTable(figures),
    ...sections.flatMap(sectionText),
    repeatText(minutes),
  ].join('\n');
}

function sectionText({ name, measure, findings }: Section): string[] {
  const { tables = [], plots = [], notes = [] } = findings;
  return [
    `## ${measure.title}\n`,
    `${measure.about} (\`npm run bench -- ${name}\`)\n`,
    ...plots.map(({ file, title }) => `![${title}](benchmarks/${file}.svg)\n`),
    ...tables.flatMap(({ title, ...table }) => [`${title}:\n`, tableText(table)]),
    ...notes.map((note) => `${note}\n`),
  ];
}

const tableText = ({ header, rows }: Pick<Table, 'header' | 'rows'>) => markdownTable(header, rows);

function limitsTable(figures: readonly Figure[]): string {
  const rows = figures.map((one) => {
    const [name, measured, limit, met] = cellsOf(one);
    return [name, measured, limit, met === 'yes' ? 'yes' : '**no**', one.detail];
  });
  return markdownTable(['Figure', 'Measured', 'Limit', 'Met', 'From'], rows);
}

const repeatText = (minutes: number) => `## How to repeat it

\`\`\`sh
npm ci
npm run bench                              # everything, and writes this page: ${minutes} minutes here
npm run bench -- --quick                   # fewer and smaller rounds, under three minutes, only printed
npm run bench -- upload small              # only those named, only printed
npm run bench -- work --mongodb-uri URI    # compared with another MongoDB server
\`\`\`

It needs a machine that does nothing else, and package registries the first time: besides the servers of \`npm start\`,
it installs img2dataset (Python with \`venv\`) and ssimulacra2_rs (Rust) into the user's cache. What cannot
be installed is left out, and its lines say so. \`storage\`, \`reading\`, \`cost\` and \`page\` run only when they are named.
`;
