import fc from 'fast-check';
import { readLinks } from '../../sheet/links';
import { replaceLinks } from '../../src/csv/replaceLinks';

const OUT = 'http://127.0.0.1:3000/image/files/5c0a8f3e-1d3c-4c0e-9a53-8f0e7a1b2c3d';
const outputs = (count: number) => Array.from({ length: count }, (_, n) => `${OUT}/${n + 1}.jpg`);

/** Pieces of cells: links in every notation, names, paths, separators, markup. */
const piece = fc.constantFrom(
  'http://a/1.jpg',
  'https://b/2.png?w=1&amp;h=2',
  'http:\\/\\/c\\/3.jpg',
  '//d/4.jpg',
  'www.e.example/5.jpg',
  'data:image/png;base64,iVBOR//w0K=',
  '/m/u/6.jpg',
  'm\\/7.jpg',
  '8.jpg',
  '<img src="',
  '">',
  '<br>',
  '["',
  '","',
  '"]',
  '=IMAGE("',
  '")',
  "'",
  '\\n',
  '_x000D_',
  ' ',
  ',',
  ';',
  ' | ',
  '::',
  '(front)',
  'text',
  '\ud83d\ude00',
  '\u200b',
);
const cell = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme' }),
);

describe('replaceLinks(cell, outputs)', () => {
  it.each([
    ['a list', 'http://a/1.jpg, http://a/2.png ;', '@1, @2 ;'],
    ['spaces around', ' http://a/1.jpg ', ' @1 '],
    ['JSON', '["http://a/1.jpg", "http://a/2.png"]', '["@1", "@2"]'],
    [
      'JSON with escaped slashes',
      '["http:\\/\\/a\\/b\\/1.jpg","http:\\/\\/a\\/2.png","\\/m\\/3.jpg"]',
      '["@1","@2","@3"]',
    ],
    [
      'JSON with escaped letters',
      '{"text":"a\\/b","url":"http:\\/\\/a\\/caf\\u00e9.jpg"}',
      '{"text":"a\\/b","url":"@1"}',
    ],
    ['HTML', '<img src="http://a/1.jpg?a=1&amp;b=2" alt="Lamp">', '<img src="@1" alt="Lamp">'],
    ['HTML without quotes', '<img src=//a.example/1.jpg><br>', '<img src=@1><br>'],
    ['a formula', '=HYPERLINK("http://a/1.jpg","1.jpg")', '=HYPERLINK("@1","1.jpg")'],
    ['a formula with semicolons', '=HYPERLINK("//a.example/1";"Foto")', '=HYPERLINK("@1";"Foto")'],
    ['a formula of a picture', '=IMAGE("www.a.example/1.jpg", 4)', '=IMAGE("@1", 4)'],
    ['alternative texts', 'http://a/1.jpg ! alt : Mug | http://a/2.jpg', '@1 ! alt : Mug | @2'],
    ['image file names', 'http://a/1.jpg, side.jpg back.jpg', '@1, @2 @3'],
    ['paths', '/m/u/1.jpg;catalog/2.jpg', '@1;@2'],
    ['curly quotes', '“http://a/1.jpg”, ‘http://a/2.png’.', '“@1”, ‘@2’.'],
    ["Excel's line breaks", 'http://a/1.jpg_x000D_\nhttp://a/2.png', '@1_x000D_\n@2'],
    ['markup before a name', '<p>\u200bfront.jpg</p>http://a/2.jpg', '<p>\u200b@1</p>@2'],
    ['invisible characters', '\u200bhttp://a/1.jpg\u2060', '\u200b@1\u2060'],
  ])('changes only the text of links: %s', (_, before, after) => {
    const count = readLinks(before).links.length;
    const expected = after.replace(/@(\d)/g, `${OUT}/$1.jpg`);
    expect(replaceLinks(before, outputs(count))).toBe(expected);
  });

  it('keeps a link whose output is null', () => {
    const list = 'http://a/1.jpg, http://a/2.jpg, http://a/3.jpg';
    expect(replaceLinks(list, [null, `${OUT}/2.jpg`, null])).toBe(
      `http://a/1.jpg, ${OUT}/2.jpg, http://a/3.jpg`,
    );
  });

  it('changes nothing without outputs, whatever the cell holds', () => {
    fc.assert(
      fc.property(cell, (text) => {
        expect(
          replaceLinks(
            text,
            readLinks(text).links.map(() => null),
          ),
        ).toBe(text);
      }),
    );
  });

  it('writes every output once and in order, whatever the cell holds', () => {
    fc.assert(
      fc.property(cell, (text) => {
        const { links } = readLinks(text);
        const marks = links.map((_, index) => `⟦${index}⟧`);
        const replaced = replaceLinks(text, marks);
        expect(replaced.match(/⟦\d+⟧/g) ?? []).toEqual(marks);
        // What stands between the links is a part of the cell.
        let at = 0;
        for (const between of replaced.split(/⟦\d+⟧/)) {
          const found = text.indexOf(between, at);
          expect(found).toBeGreaterThanOrEqual(at);
          at = found + between.length;
        }
      }),
    );
  });

  it('writes links that are read again in the same order', () => {
    const link = fc
      .webUrl({ withQueryParameters: true, withFragments: true })
      .map((url) => url.replace(/[,;|'(]+$/, ''));
    const separator = fc.constantFrom(',', ';', '|', ' ', '\n', ', ', ' | ', ';\n', '","');
    fc.assert(
      fc.property(fc.array(fc.tuple(link, separator), { minLength: 1 }), (pairs) => {
        const list = pairs.map(([url, between]) => url + between).join('');
        const wanted = outputs(pairs.length);
        const replaced = replaceLinks(list, wanted);
        expect(replaced).toBe(pairs.map(([, between], n) => `${wanted[n]}${between}`).join(''));
        expect(readLinks(replaced).links).toEqual(wanted);
      }),
    );
  });

  it('takes time proportional to the length of the cell', () => {
    const many = '"http:\\/\\/a\\/1.jpg",'.repeat(50_000);
    const count = readLinks(`[${many}]`).links.length;
    expect(count).toBe(50_000);
    const replaced = replaceLinks(`[${many}]`, outputs(count));
    expect(readLinks(replaced).links).toHaveLength(50_000);
  });
});
