import fc from 'fast-check';
import { createRowShape } from '../../src/csv/rowShape';
import { splitRecords, type Piece } from '../../src/csv/split';

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
async function split(chunks: readonly string[], hasOddQuotes: boolean): Promise<Piece[]> {
  const shape = createRowShape({ ...sheet, hasOddQuotes, baseUrl: null });
  const joined: Piece[] = [];
  for await (const piece of splitRecords(chunks, { delimiter: ',', shape })) {
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

describe('splitRecords(chunks, options)', () => {
  it('gives the same pieces, wherever the text is cut into chunks', async () => {
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
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 20 }),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        async (parts, size, hasOddQuotes) => {
          const text = parts.join('');
          expect(await split(cut(text, size), hasOddQuotes)).toEqual(
            await split([text], hasOddQuotes),
          );
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('loses no character', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('"', ',', '\n', 'a') }), async (text) => {
        const pieces = await split([text], true);
        const texts = pieces.map((piece) => {
          if (piece.kind === 'records') return piece.text;
          return piece.kind === 'damaged' ? `${piece.line}\n` : '';
        });
        expect(texts.join('').trimEnd()).toBe(text.trimEnd());
      }),
    );
  });
});
