import { figure, limitsOf, notMeasured } from '../../bench/limits';
import { DOCUMENTED } from '../../bench/measures';
import { documentOf, textOf, type Section } from '../../bench/report';

const met = figure('small', 200, '20 requests');
const missed = figure('workers', 2, '20 /s against 10 /s');
const missing = notMeasured('img2dataset', 'no Python');
const section: Section = {
  name: 'work',
  measure: { title: 'Work', about: 'How it works.' },
  findings: {
    figures: [met, missed, missing],
    tables: [{ title: 'Speeds', header: ['A', 'B'], rows: [['1', '2']] }],
    plots: [{ file: 'speed', title: 'Speed', svg: '<svg/>' }],
    notes: ['Only once.'],
  },
};

describe('the document of the benchmark', () => {
  const page = documentOf([['Node', 'v20']], [section], 41);

  it('keeps figures that miss their limit or were not measured', () => {
    expect(page).toContain('1 of 3 are met.');
    const rows = page.split('\n').filter((line) => /\*\*no\*\*|yes/.test(line));
    expect(rows).toEqual([
      expect.stringMatching(/200 ms \| at most 250 ms \| yes \| 20 requests \|$/),
      expect.stringMatching(/2 × \| at least 3.60 × \| \*\*no\*\* \| 20 \/s against 10 \/s \|$/),
      expect.stringMatching(/not measured \| at least 1.20 × \| \*\*no\*\* \| no Python \|$/),
    ]);
  });

  it('has machine, tables, plots and how to repeat it', () => {
    for (const text of [
      '| Node | v20 |',
      '## Work\n\nHow it works.',
      'Speeds:\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n',
      '![Speed](benchmarks/speed.svg)',
      'Only once.',
      '41 minutes',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('has the same figures as what is printed', () => {
    expect(page).toContain(textOf({ figures: section.findings.figures ?? [] }));
  });
});

describe('the limits', () => {
  it('belong to the documented measures, each of which but the comparison of formats has one', () => {
    const without = Object.keys(DOCUMENTED).filter((name) => limitsOf(name).length === 0);
    expect(without).toEqual(['encoding']);
  });
});
