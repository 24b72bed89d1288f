import { createResultSheet, type ResultOptions } from '../../src/csv/resultSheet';

const OPTIONS: ResultOptions = {
  columns: ['S. No.', 'Product Name', 'Input Image Urls'],
  linkColumns: [2],
  dialect: { delimiter: ',', lineEnd: '\n', hasMark: false, preamble: '' },
  output: 'append',
  escapeFormulas: true,
};

const EXCEL = { delimiter: ';', lineEnd: '\r\n', hasMark: true, preamble: '' };
const LINK = 'https://shop.example/mug.jpg';
const OUTPUT = 'http://service.example/image/files/id/0-0-5081.jpg';

function append(options: Partial<ResultOptions> = {}) {
  return createResultSheet({ ...OPTIONS, ...options });
}

function replace(options: Partial<ResultOptions> = {}) {
  return createResultSheet({ ...OPTIONS, output: 'replace', ...options });
}

/** Returns the cell of links of a row with that cell and those outputs. */
function replacedCell(cell: string, outputs: readonly (string | null)[]): string {
  const sheet = replace({ columns: ['Images'], linkColumns: [0], dialect: EXCEL });
  const line = sheet.resultRow([cell], outputs).slice(0, -2);
  return line.startsWith('"') ? line.slice(1, -1).replaceAll('""', '"') : line;
}

describe('both files', () => {
  it('have the byte order mark, the delimiter and the line ends of the upload', () => {
    const sheet = append({ dialect: EXCEL });
    expect(sheet.resultHead).toBe(
      '\uFEFFS. No.;Product Name;Input Image Urls;Output Image Urls\r\n',
    );
    expect(sheet.failedHead).toBe('\uFEFFS. No.;Product Name;Input Image Urls;Errors\r\n');
    expect(sheet.resultRow(['1', 'Mug', LINK], [OUTPUT])).toBe(`1;Mug;${LINK};${OUTPUT}\r\n`);
    expect(sheet.failedRow(['1', 'Mug', LINK], '1. gone')).toBe(`1;Mug;${LINK};1. gone\r\n`);
  });

  it.each(['append', 'replace'] as const)(
    'begin with what stands above the header, unchanged (%s)',
    (output) => {
      const preamble = 'sep=;\r\n\r\n"Products, ""spring""";=2+3\n';
      const { resultHead, failedHead } = append({ output, dialect: { ...EXCEL, preamble } });
      expect(resultHead.startsWith(`\uFEFF${preamble}S. No.;`)).toBe(true);
      expect(failedHead.startsWith(`\uFEFF${preamble}S. No.;`)).toBe(true);
    },
  );

  it('quote header names that hold another separator, which would be taken for the delimiter', () => {
    const columns = ['Image,Images', 'Images'];
    const sheet = replace({ columns, linkColumns: [1], dialect: EXCEL });
    expect(sheet.resultHead).toBe('\uFEFF"Image,Images";Images\r\n');
  });
});

describe('a result with appended links', () => {
  it('escapes formulas, also in the header and in failed rows', () => {
    const columns = ['=A1', 'Images'];
    const sheet = append({ columns, linkColumns: [1] });
    expect(sheet.resultHead).toBe("'=A1,Images,Output Image Urls\n");
    expect(sheet.resultRow(['=1+1', LINK], [OUTPUT])).toBe(`'=1+1,${LINK},${OUTPUT}\n`);
    expect(sheet.failedRow(['@x', LINK], 'gone')).toBe(`'@x,${LINK},gone\n`);
  });

  it.each(['-5', '+3.5', '-1,5', '1e-3', '-1e5'])('does not escape the number %s', (number) => {
    const sheet = append({ dialect: { ...EXCEL, hasMark: false } });
    expect(sheet.resultRow([number, '', LINK], [OUTPUT])).not.toContain("'");
  });

  it('does not escape when RESULT_ESCAPE_FORMULAS is false, and still quotes', () => {
    const sheet = append({ escapeFormulas: false });
    expect(sheet.resultRow(['=1', 'x;=1+1', LINK], [OUTPUT])).toBe(
      `=1,"x;=1+1",${LINK},${OUTPUT}\n`,
    );
  });
});

describe('a result with replaced links', () => {
  it('has the columns of the upload and no other', () => {
    expect(replace().resultHead).toBe('S. No.,Product Name,Input Image Urls\n');
    expect(replace().failedHead).toBe('S. No.,Product Name,Input Image Urls,Errors\n');
    expect(replace().resultRow(['1', 'Mug', LINK], [OUTPUT])).toBe(`1,Mug,${OUTPUT}\n`);
  });

  it('keeps a link without an output', () => {
    expect(replacedCell(`${LINK}, https://shop.example/b.jpg`, [null, OUTPUT])).toBe(
      `${LINK}, ${OUTPUT}`,
    );
  });

  it.each([
    ['separators', `${LINK} | ${LINK}\n${LINK}`, `${OUTPUT} | ${OUTPUT}\n${OUTPUT}`],
    ['JSON', `["${LINK}","${LINK}"]`, `["${OUTPUT}","${OUTPUT}"]`],
    ['a formula', `=HYPERLINK("${LINK}";"Mug")`, `=HYPERLINK("${OUTPUT}";"Mug")`],
    ['text beside links', `Front: ${LINK}`, `Front: ${OUTPUT}`],
  ])('keeps %s', (_, cell, expected) => {
    expect(replacedCell(cell, cell.split(LINK).slice(1).fill(OUTPUT))).toBe(expected);
  });

  it('gives each link column its own links', () => {
    const sheet = replace({ columns: ['Image 1', 'Name', 'Image 2'], linkColumns: [0, 2] });
    expect(sheet.resultRow([`${LINK} ${LINK}`, LINK, LINK], ['x:1', null, 'x:3'])).toBe(
      `x:1 ${LINK},${LINK},x:3\n`,
    );
  });

  it('counts the name of a picture beside a link as a place', () => {
    expect(replacedCell(`side.jpg, ${LINK}`, [null, OUTPUT])).toBe(`side.jpg, ${OUTPUT}`);
  });

  it('keeps a row that failed as a whole', () => {
    expect(replace().resultRow(['1', 'Mug', 'side.jpg'], [])).toBe('1,Mug,side.jpg\n');
  });

  it('keeps a row whose links another version of the service read differently', () => {
    const row = ['1', 'Mug', `${LINK} ${LINK}`];
    expect(replace().resultRow(row, [OUTPUT])).toBe(`${row.join(',')}\n`);
    expect(replace().resultRow(row, [OUTPUT, OUTPUT, OUTPUT])).toBe(`${row.join(',')}\n`);
  });

  it('escapes nothing, and quotes only what it must', () => {
    expect(replace().resultRow(['=1+1', 'a;b|c', LINK], [OUTPUT])).toBe(`=1+1,a;b|c,${OUTPUT}\n`);
    expect(replace().failedRow(['=1+1', 'a;b|c', LINK], 'gone')).toBe(`=1+1,a;b|c,${LINK},gone\n`);
  });

  it('treats an Output Image Urls column of the upload as any other', () => {
    const sheet = replace({ columns: ['Images', 'Output Image Urls'], linkColumns: [0] });
    expect(sheet.resultHead).toBe('Images,Output Image Urls\n');
    expect(sheet.resultRow([LINK, 'http://old/1'], [OUTPUT])).toBe(`${OUTPUT},http://old/1\n`);
  });
});
