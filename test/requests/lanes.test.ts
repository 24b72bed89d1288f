import fc from 'fast-check';
import { assignLanes } from '../../src/requests/lanes';

/** As many as the workflow goes round. */
const MOST = 256;

const linkOf = (host: number, name = 'a.jpg') => `https://host-${host}.example/${name}`;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('assignLanes()', () => {
  it('gives each host a lane of its own, in the order of appearance', () => {
    const { place } = assignLanes();
    expect(upTo(MOST).map((host) => place(linkOf(host)).lane)).toEqual(upTo(MOST));
  });

  it('numbers the images of a lane from 0, in the order of appearance', () => {
    const { place } = assignLanes();
    place(linkOf(1));
    expect(['a', 'b', 'c'].map((name) => place(linkOf(2, name)))).toEqual(
      [0, 1, 2].map((number) => ({ lane: 1, number, fresh: true })),
    );
  });

  it('gives a link that it has seen the place it had', () => {
    const { place, sizes } = assignLanes();
    place(linkOf(1));
    place(linkOf(1, 'b.jpg'));
    expect(place(linkOf(1))).toEqual({ lane: 0, number: 0, fresh: false });
    expect(sizes()).toEqual([2]);
  });

  it('puts links of the same host together, however they spell it', () => {
    const { place, sizes } = assignLanes();
    for (const host of ['shop.example', 'SHOP.example', 'shop.example:443', 'user:pw@shop.example'])
      expect(place(`https://${host}/${host}.jpg`).lane).toBe(0);
    expect(sizes()).toEqual([4]);
  });

  it('puts all links that have no host into one lane', () => {
    const { place } = assignLanes();
    place(linkOf(1));
    expect(['http://', 'https://[', 'http://%'].map((link) => place(link).lane)).toEqual([1, 1, 1]);
  });

  it('spreads further hosts over the lanes that there are', () => {
    const { place, sizes } = assignLanes();
    for (const host of upTo(10 * MOST)) place(linkOf(host));
    expect(sizes()).toHaveLength(MOST);
    // Ten hosts a lane on average; by a fair hash a lane with four times as many is as good as impossible.
    expect(Math.max(...sizes())).toBeLessThan(40);
  });

  it('keeps all images of a host in one lane, also where hosts share lanes', () => {
    const { place } = assignLanes();
    const first = upTo(2 * MOST).map((host) => place(linkOf(host)).lane);
    const second = upTo(2 * MOST).map((host) => place(linkOf(host, 'b.jpg')).lane);
    expect(second).toEqual(first);
  });

  it('gives every different link one number, without a gap in any lane', () => {
    const link = fc.tuple(fc.nat(2 * MOST), fc.nat(2)).map(([host, n]) => linkOf(host, `${n}.jpg`));
    fc.assert(
      fc.property(fc.array(link, { size: '+3' }), (links) => {
        const { place, sizes } = assignLanes();
        const places = new Map(links.map((one) => [one, place(one)] as const));
        const expected = sizes().flatMap((size, lane) =>
          upTo(size).map((number) => `${lane}-${number}`),
        );
        const given = [...places.values()].map(({ lane, number }) => `${lane}-${number}`);
        expect(given.sort()).toEqual(expected.sort());
      }),
      { numRuns: 30 },
    );
  });
});
