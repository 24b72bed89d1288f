import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import {
  failedHeader,
  failedRow,
  formatRecord,
  resultHeader,
  resultRow,
} from '../../src/csv/write';

const asIs = { escapeFormulas: false };
const escaped = { escapeFormulas: true };

describe('formatRecord(cells, options)', () => {
  const record = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2 });

  it('writes any cells in a form that is read back unchanged', () => {
    fc.assert(
      fc.property(record, (cells) => {
        expect(parse(formatRecord(cells, asIs), { record_delimiter: '\r\n' })).toEqual([cells]);
      }),
    );
  });

  it('escapes every cell that a spreadsheet would run, when asked to', () => {
    const start = fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      '\t',
      '\r',
      '\n',
      '＝',
      '＋',
      '－',
      '＠',
      ' =',
      '\u00a0=',
      '  @',
      '\u2212',
      '\ufe62',
      '\u200b=',
      '\u3000+',
      '\ufeff-',
    );
    fc.assert(
      fc.property(start, fc.string(), (first, rest) => {
        // The reference keeps the cell from being a number.
        const cell = `${first}${rest}A1`;
        const [read] = parse(formatRecord([cell, 'x'], escaped), { record_delimiter: '\r\n' });
        expect(read?.[0]).toBe(`'${cell}`);
      }),
    );
  });

  it.each(['x;=1+1', 'x\t=1+1', 'x|=1+1'])(
    'quotes %j, which a spreadsheet with another separator would split',
    (cell) => {
      expect(formatRecord(['1', cell], escaped)).toBe(`1,"${cell}"\r\n`);
    },
  );

  it('does not change ordinary cells, when asked to escape', () => {
    expect(formatRecord(['1', 'A-line "dress"', 'http://a/b?c=d'], escaped)).toBe(
      '1,"A-line ""dress""",http://a/b?c=d\r\n',
    );
  });
});

describe('the result CSV', () => {
  it('has the output column after those of the input', () => {
    expect(resultHeader(['S. No.', 'Links'])).toEqual(['S. No.', 'Links', 'Output Image Urls']);
  });

  it('keeps the position of an image that failed', () => {
    const columns = ['S. No.', 'Links'];
    expect(resultRow(columns, ['1', 'x'], ['http://o/1', '', 'http://o/3'])).toEqual([
      '1',
      'x',
      'http://o/1,,http://o/3',
    ]);
  });
});

describe('the result CSV of a result that was uploaded again', () => {
  it('replaces the earlier outputs', () => {
    const columns = ['S. No.', 'Output Image Urls', 'Links'];
    expect(resultHeader(columns)).toEqual(columns);
    expect(resultRow(columns, ['1', 'http://old/1', 'x'], ['http://o/1'])).toEqual([
      '1',
      'http://o/1',
      'x',
    ]);
  });
});

describe('the failed rows', () => {
  it('have an Errors column after those of the input', () => {
    expect(failedHeader(['S. No.'])).toEqual(['S. No.', 'Errors']);
    expect(failedRow(['S. No.'], ['1'], 'gone')).toEqual(['1', 'gone']);
  });

  it('reuse the Errors column of a file that was corrected and uploaded again', () => {
    const columns = ['S. No.', 'Errors', 'Extra'];
    expect(failedHeader(columns)).toEqual(columns);
    expect(failedRow(columns, ['1', 'old', 'x'], 'new')).toEqual(['1', 'new', 'x']);
  });
});
