import { isSheetLink, parseSheetLink } from '../../src/network/sheetLink';

describe('parseSheetLink(link)', () => {
  it.each([
    ['http://shop.example/a b.jpg', 'http://shop.example/a%20b.jpg'],
    ['//shop.example/a.jpg', 'https://shop.example/a.jpg'],
    ['www.shop.example/a.jpg', 'https://www.shop.example/a.jpg'],
    ['WWW.shop.example/a.jpg', 'https://www.shop.example/a.jpg'],
  ])('reads %j as %s', (link, address) => {
    expect(parseSheetLink(link)?.href).toBe(address);
  });

  it.each(['shop.example/a.jpg', 'side.jpg', 'ftp://shop.example/a.jpg', 'http://', '//', 'www..'])(
    'returns null for %j',
    (link) => {
      expect(parseSheetLink(link)).toBeNull();
    },
  );
});

describe('isSheetLink(text)', () => {
  it.each([
    'http://a/1',
    's3://bucket/1',
    'data:image/png;base64,',
    '//a/1',
    'www.a/1',
    'ftp://a/1',
  ])('is true for %j', (text) => {
    expect(isSheetLink(text)).toBe(true);
  });

  it.each(['side.jpg', 'C:\\photos\\side.jpg', '/media/side.jpg', 'a photo: side.jpg'])(
    'is false for %j',
    (text) => {
      expect(isSheetLink(text)).toBe(false);
    },
  );
});
