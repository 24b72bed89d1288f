import fc from 'fast-check';
import { credentialsOf } from '../../src/network/credentials';

describe('credentialsOf(url)', () => {
  const sent = (url: string) =>
    Buffer.from(credentialsOf(new URL(url)).authorization?.replace('Basic ', '') ?? '', 'base64');

  it('is empty for a URL without credentials', () => {
    expect(credentialsOf(new URL('http://shop.example/'))).toEqual({});
  });

  it('decodes every character of the credentials', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, (user, password) => {
        const [name, secret] = [user, password].map(encodeURIComponent);
        expect(sent(`http://${name}:${secret}@shop.example/`).toString()).toBe(
          `${user}:${password}`,
        );
      }),
    );
  });

  it('keeps a percent sign that encodes nothing', () => {
    expect(sent('http://a%zz^b:%ff@shop.example/').toString()).toBe('a%zz^b:%ff');
  });
});
