import fc from 'fast-check';
import { readLinks } from '../../src/csv/links';

describe('readLinks(cell)', () => {
  it('gives back any links joined by any separators', () => {
    const link = fc.webUrl({ withQueryParameters: true, withFragments: true });
    const separator = fc.constantFrom(',', ';', '|', ' ', '\n', ', ', ' | ', ';\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(link, separator), { minLength: 1 }), (pairs) => {
        const links = pairs.map(([url]) => url.replace(/[,;|]+$/, ''));
        const cell = pairs.map(([, between], index) => (links[index] ?? '') + between).join('');
        expect(readLinks(cell)).toEqual({ links, error: null });
      }),
    );
  });

  it.each([
    ['commas', 'https://cdn/w_300,h_200/a.jpg,https://cdn/b.jpg', 2],
    ['spaces', 'https://cdn/my shoe.jpg https://cdn/b.jpg', 2],
    ['another address', 'https://proxy/?u=http://origin/a.jpg', 1],
    ['another address in the path', 'https://archive/2020/http://origin/a.jpg', 1],
    ['capitals', 'HTTPS://CDN/A.JPG', 1],
  ])('lets a link have %s in it', (_, cell, count) => {
    expect(readLinks(cell).links).toHaveLength(count);
  });

  it('takes a cell of a million separators in its stride, wherever they are', () => {
    const many = ', '.repeat(500_000);
    expect(readLinks(`${many}x`).error).toMatchObject({ code: 'invalid_links' });
    expect(readLinks(`http://a/1${many}x`).links).toHaveLength(1);
    expect(readLinks(`${many}http://a/1${many}`).links).toEqual(['http://a/1']);
  });

  it.each(['', '  ', '\n'])('calls %j a cell without links', (cell) => {
    expect(readLinks(cell).error).toMatchObject(cell.trim() === '' ? { code: 'no_links' } : {});
  });

  it.each([
    ['a.jpg', '"a.jpg"'],
    ['ftp://cdn/a.jpg', '"ftp://cdn/a.jpg"'],
    ['see http://cdn/a.jpg', '"see"'],
  ])('refuses %j, showing what is no link', (cell, shown) => {
    expect(readLinks(cell)).toEqual({
      links: [],
      error: {
        code: 'invalid_links',
        message: `Expected links that begin with http:// or https://, received ${shown}; mend the cell`,
      },
    });
  });
});
