import fc from 'fast-check';
import { isDataLink, parseDataLink } from '../../src/network/dataLink';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const BASE64 = PNG.toString('base64');

describe('parseDataLink(link)', () => {
  it.each([
    ['base64', `data:image/png;base64,${BASE64}`],
    ['base64 after parameters', `data:image/png;charset=utf-8;name=a.png;base64,${BASE64}`],
    ['base64 in capitals', `DATA:image/png;BASE64,${BASE64}`],
    ['base64 without padding', `data:image/png;base64,${BASE64.replace(/=+$/, '')}`],
    [
      'base64 whose characters are percent-encoded',
      `data:image/png;base64,${encodeURIComponent(BASE64)}`,
    ],
    ['base64 for URLs', `data:image/png;base64,${PNG.toString('base64url')}`],
    ['percent-encoded bytes', 'data:image/png,%89PNG%0D%0A%1A%0a'],
  ])('decodes %s', (_, link) => {
    expect(parseDataLink(link).bytes).toEqual(PNG);
  });

  it.each([
    ['no data', 'data:image/png;base64,'],
    ['no comma', 'data:image/png;base64'],
    ['a character that is not base64', 'data:image/png;base64,iVBO*w0K'],
    ['one character more than whole bytes', 'data:image/png;base64,iVBOR'],
    ['padding in the middle', 'data:image/png;base64,iV==BO'],
  ])('returns no bytes of a link with %s', (_, link) => {
    expect(parseDataLink(link).bytes).toBeNull();
  });

  it.each([
    ['data:image/png;base64,', 12_288, 'data:image/png (12 KB)'],
    ['data:image/svg+xml;base64,', 12_289, 'data:image/svg+xml (13 KB)'],
    ['data:image/png;base64,', 1, 'data:image/png (1 KB)'],
    ['data:image/png;base64,', 0, 'data:image/png (0 KB)'],
    ['data:;base64,', 1, 'data: (1 KB)'],
  ])('shows %s with %i bytes as %s', (beginning, bytes, shown) => {
    expect(parseDataLink(beginning + Buffer.alloc(bytes).toString('base64')).shown).toBe(shown);
  });

  it('shows a short text, whatever the link is', () => {
    fc.assert(
      fc.property(fc.string({ size: 'medium' }), (text) => {
        const { shown } = parseDataLink(`data:image/${text}`);
        expect(shown).toMatch(/^data:([\w.+-]+\/[\w.+-]+)? \(\d+ KB\)$/);
        expect(shown.length).toBeLessThan(90);
      }),
      { numRuns: 1_000 },
    );
  });

  it('decodes what was encoded, in both notations', () => {
    const encoded = (bytes: Uint8Array) =>
      [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const base64 = Buffer.from(bytes).toString('base64');
        for (const data of [`;base64,${base64}`, `,${encoded(bytes)}`]) {
          expect(parseDataLink(`data:image/png${data}`).bytes).toEqual(Buffer.from(bytes));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('isDataLink(link)', () => {
  it.each([
    ['data:image/png;base64,AAAA', true],
    ['Data:,', true],
    ['https://shop.example/data:image/png', false],
    ['database.jpg', false],
  ])('of %j is %j', (link, expected) => {
    expect(isDataLink(link)).toBe(expected);
  });
});
