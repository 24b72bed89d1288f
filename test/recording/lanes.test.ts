import fc from 'fast-check';
import { assignLanes } from '../../src/recording/lanes';

/** The maximum number of lanes. */
const MAX_LANES = 256;

const linkOf = (host: number, name = 'a.jpg') => `https://host-${host}.example/${name}`;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('assignLanes()', () => {
  it('gives each host its own lane, in order of appearance', () => {
    const { place } = assignLanes();
    expect(upTo(MAX_LANES).map((host) => place(linkOf(host)).lane)).toEqual(upTo(MAX_LANES));
  });

  it('numbers the images of a lane from 0, in order of appearance', () => {
    const { place } = assignLanes();
    place(linkOf(1));
    expect(['a', 'b', 'c'].map((name) => place(linkOf(2, name)))).toEqual(
      [0, 1, 2].map((number) => ({ lane: 1, number, count: 1 })),
    );
  });

  it('returns the same lane and number for a repeated link', () => {
    const { place, sizes } = assignLanes();
    place(linkOf(1));
    place(linkOf(1, 'b.jpg'));
    expect(place(linkOf(1))).toEqual({ lane: 0, number: 0, count: 2 });
    expect(sizes()).toEqual([2]);
  });

  it('puts all spellings of a host into one lane', () => {
    const { place, sizes } = assignLanes();
    for (const host of ['shop.example', 'SHOP.example', 'shop.example:443', 'user:pw@shop.example'])
      expect(place(`https://${host}/${host}.jpg`).lane).toBe(0);
    expect(sizes()).toEqual([4]);
  });

  it('puts all links without a host into one lane', () => {
    const { place } = assignLanes();
    place(linkOf(1));
    expect(['http://', 'https://[', 'http://%'].map((link) => place(link).lane)).toEqual([1, 1, 1]);
  });

  it('puts data: links into the lane of links without a host', () => {
    const { place } = assignLanes();
    place('http://');
    place(linkOf(1));
    expect(['AAAA', 'BBBB'].map((data) => place(`data:image/png;base64,${data}`))).toEqual([
      { lane: 0, number: 1, count: 1 },
      { lane: 0, number: 2, count: 1 },
    ]);
    expect(place('data:image/png;base64,AAAA')).toEqual({ lane: 0, number: 1, count: 2 });
  });

  it('gives each bucket its own lane', () => {
    const { place } = assignLanes();
    const links = ['s3://a-1/x.jpg', 's3://b-1/x.jpg', 'https://a-1/x.jpg', 's3://a-1/y.jpg'];
    expect(links.map((link) => place(link).lane)).toEqual([0, 1, 2, 0]);
  });

  it('spreads further hosts over the existing lanes', () => {
    const { place, sizes } = assignLanes();
    for (const host of upTo(10 * MAX_LANES)) place(linkOf(host));
    expect(sizes()).toHaveLength(MAX_LANES);
    // Ten hosts per lane on average. With a uniform hash, 40 in one lane are practically impossible.
    expect(Math.max(...sizes())).toBeLessThan(40);
  });

  it('keeps all images of a host in one lane, also when hosts share lanes', () => {
    const { place } = assignLanes();
    const first = upTo(2 * MAX_LANES).map((host) => place(linkOf(host)).lane);
    const second = upTo(2 * MAX_LANES).map((host) => place(linkOf(host, 'b.jpg')).lane);
    expect(second).toEqual(first);
  });

  it('gives every distinct link one number, without gaps in a lane', () => {
    const link = fc
      .tuple(fc.nat(2 * MAX_LANES), fc.nat(2))
      .map(([host, n]) => linkOf(host, `${n}.jpg`));
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
