import fc from 'fast-check';
import { createLinkIndex } from '../../src/recording/linkIndex';

describe('createLinkIndex()', () => {
  it('keeps the first value of each link, and counts its occurrences', () => {
    const link = fc.oneof(fc.string(), fc.nat(50).map(String));
    fc.assert(
      fc.property(fc.array(link, { maxLength: 300 }), (links) => {
        const index = createLinkIndex();
        const expected = new Map<string, { value: number; count: number }>();
        links.forEach((one, at) => {
          const { value, count } = expected.get(one) ?? { value: at, count: 0 };
          expected.set(one, { value, count: count + 1 });
          expect(index.add(one, () => at)).toEqual(expected.get(one));
        });
        expect([...index.links()]).toEqual([...expected.values()]);
      }),
    );
  });

  it('finds links again when it has grown beyond its first block of memory', () => {
    const index = createLinkIndex();
    const count = 150_000;
    for (let at = 0; at < count; at += 1) index.add(`http://a.example/${at}.jpg`, () => at);
    const wrong: number[] = [];
    for (let at = 0; at < count; at += 1) {
      const found = index.add(`http://a.example/${at}.jpg`, () => -1);
      if (found.value !== at || found.count !== 2) wrong.push(at);
    }
    expect(wrong).toEqual([]);
  });
});
