import fc from 'fast-check';
import { escapeFormula, isFormula, unescapeFormula } from '../../sheet/formula';

describe('isFormula(cell)', () => {
  it.each([
    '=1+1',
    '+A1',
    '-A1',
    '@SUM(A1)',
    '=',
    '-',
    '-1+1',
    '+1*2',
    '-5-5',
    '--5',
    '-2+3+cmd|" /C calc"!A0',
    '-1;=1+1',
    '-1,=1+1',
    '-5 %=1',
    '+49 (0)30',
    '\t-5',
    '\n-5',
    '-5\n',
    ' =1',
    '－A1',
  ])('is true for %j', (cell) => {
    expect(isFormula(cell)).toBe(true);
  });

  it.each([
    '-5',
    '+3.5',
    '-1,5',
    '1e-3',
    '-1e-3',
    '+1E5',
    '-.5',
    '-,5',
    '-1.234,56',
    '-1,234.56',
    "-1'234.50",
    '-1\u00a0234,5',
    '\u22125',
    '-5%',
    '-5 %',
    ' -5 ',
    '5',
    'A-line',
    "'=1",
    '',
  ])('is false for %j', (cell) => {
    expect(isFormula(cell)).toBe(false);
  });

  it('is false for every number with a sign', () => {
    fc.assert(
      fc.property(fc.constantFrom('+', '-'), fc.double({ noNaN: true, min: 0 }), (sign, number) => {
        fc.pre(Number.isFinite(number));
        expect(isFormula(`${sign}${number}`)).toBe(false);
      }),
    );
  });

  it('is decided quickly for a long cell', () => {
    expect(isFormula(`-${'1'.repeat(1_000_000)}x`)).toBe(true);
    expect(isFormula(`${' '.repeat(1_000_000)}-1,x`)).toBe(true);
  });
});

describe('unescapeFormula(cell)', () => {
  it('takes off what escapeFormula put on', () => {
    const cell = fc
      .tuple(fc.constantFrom('=', '+', '-', '@', '\t', ' =', 'x', '5', ''), fc.string())
      .map(([first, rest]) => first + rest)
      .filter((text) => !text.startsWith("'"));
    fc.assert(
      fc.property(cell, (text) => {
        expect(unescapeFormula(escapeFormula(text))).toBe(text);
      }),
    );
  });

  it('takes off the apostrophe that older versions put before numbers', () => {
    expect(unescapeFormula("'-5")).toBe('-5');
  });

  it.each(["'tis", "'", "''=1", "o'neil", "'http://a/1.jpg"])('does not change %j', (cell) => {
    expect(unescapeFormula(cell)).toBe(cell);
  });
});

describe('isFormula(cell) of a long cell', () => {
  it('does not look for a number, which would take minutes', () => {
    expect(isFormula(`-1${'\u00A0'.repeat(1_000_000)}x`)).toBe(true);
  });
});
