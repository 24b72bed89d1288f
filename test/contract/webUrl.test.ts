import { parseWebUrl, withoutCredentials } from '../../contract/webUrl';
import { measured } from '../support/effort';

describe('parseWebUrl(text)', () => {
  it.each(['http://shop.example/a.jpg', 'https://[::1]:8443/?q', 'http://user:pw@shop.example./'])(
    'accepts %s',
    (text) => {
      expect(parseWebUrl(text)?.href).toBe(text);
    },
  );

  it.each([
    'ftp://shop.example/',
    'shop.example/a.jpg',
    'http://a..b/',
    `http://${'a'.repeat(64)}.example/`,
    `http://${'a.'.repeat(127)}example/`,
  ])('returns null for %s', (text) => {
    expect(parseWebUrl(text)).toBeNull();
  });
});

describe('withoutCredentials(text)', () => {
  it.each([
    ['https://user:pass@word@shop.example/a@b.jpg', 'https://shop.example/a@b.jpg'],
    ['https://token@a..b/', 'https://a..b/'],
    ['//user@shop.example', '//shop.example'],
    ['https://shop.example/?mail=a@b', 'https://shop.example/?mail=a@b'],
    ['no link', 'no link'],
    ['mail@shop.example', 'mail@shop.example'],
    ['mailto:mail@shop.example', 'mailto:mail@shop.example'],
    ['note: ask mail@shop.example', 'note: ask mail@shop.example'],
    ['http:\\\\user:pass@a..b/', 'http:\\\\a..b/'],
    ['http:user:pass@shop.example/', 'http:shop.example/'],
    ['HTTP:/user:pass@shop.example/', 'HTTP:/shop.example/'],
    ['https://user:pa/ss@shop.example/', 'https://shop.example/'],
    ['see https://user:pass@shop.example/', 'see https://shop.example/'],
    ['https:///user:pass@shop.example/', 'https:///shop.example/'],
    ['https://shop.example:8443/a@b.jpg', 'https://shop.example:8443/a@b.jpg'],
    ['https://[2001:db8::1]:8443/a@b.jpg', 'https://[2001:db8::1]:8443/a@b.jpg'],
  ])('shows %s as %s', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
  });

  it('takes time proportional to the length of the text', async () => {
    const { effort } = await measured(() => {
      for (const piece of ['//', '//a:', ':a', '@', 'http:', '//a:b']) {
        withoutCredentials(piece.repeat(50_000));
      }
    });
    expect(effort).toBeLessThan(10);
  });
});
