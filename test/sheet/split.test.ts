import fc from 'fast-check';
import { createRowShape } from '../../sheet/rowShape';
import { createSplitter, type Piece } from '../../sheet/split';

const sheet = {
  columns: ['S. No.', 'Product Name', 'Input Image Urls'],
  link_columns: [2],
  delimiter: ',',
  preamble: '',
  lineEnd: '\n',
  mayLackLinks: false,
  end: 0,
} as const;

/** Splits and merges adjacent pieces: the number of records in a piece depends on the chunks. */
function split(chunks: readonly string[], hasOddQuotes: boolean): Piece[] {
  const shape = createRowShape({ ...sheet, hasOddQuotes, baseUrl: null });
  const joined: Piece[] = [];
  const splitter = createSplitter({ delimiter: ',', shape });
  for (const piece of [...chunks.flatMap(splitter.add), ...splitter.end()]) {
    const last = joined.at(-1);
    const isMore =
      last?.kind === 'records' && piece.kind === 'records' && last.isSpaced === piece.isSpaced;
    if (isMore) joined.splice(-1, 1, { ...last, text: last.text + piece.text });
    else joined.push(piece);
  }
  return joined;
}

function cut(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}

describe('createSplitter(options)', () => {
  it('gives the same pieces, wherever the text is cut into chunks', () => {
    const part = fc.constantFrom(
      '"',
      '"',
      ',',
      ',',
      '\n',
      '\n',
      '\r\n',
      ' ',
      'a',
      '""',
      '",',
      ',"',
      '"\n',
      'http://a/1.jpg',
      '1,Mug,http://a/2.jpg\n',
      '2,"Cup\nred",http://a/3.jpg\n',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 20 }),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        (parts, size, hasOddQuotes) => {
          const text = parts.join('');
          expect(split(cut(text, size), hasOddQuotes)).toEqual(split([text], hasOddQuotes));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('loses no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', ',', '\n', 'a') }), (text) => {
        const pieces = split([text], true);
        const texts = pieces.map((piece) => {
          if (piece.kind === 'records') return piece.text;
          return piece.kind === 'damaged' ? `${piece.line}\n` : '';
        });
        expect(texts.join('').trimEnd()).toBe(text.trimEnd());
      }),
    );
  });
});
