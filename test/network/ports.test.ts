import { formatRanges, isInRanges, parsePortRange, portOf } from '../../src/network/ports';

describe('parsePortRange(text)', () => {
  it.each([
    ['443', [443, 443]],
    ['1024-65535', [1024, 65_535]],
    ['80-80', [80, 80]],
  ])('parses %s', (text, range) => {
    expect(parsePortRange(text)).toEqual(range);
  });

  it.each(['', '0', '65536', '90-80', '80-', '-80', 'http', '8 0', '1-2-3'])(
    'returns null for %j',
    (text) => {
      expect(parsePortRange(text)).toBeNull();
    },
  );
});

describe('isInRanges(port, ranges)', () => {
  it('includes both ends of a range', () => {
    const ports = [1023, 1024, 2000, 2001].map((port) => isInRanges(port, [[1024, 2000]]));
    expect(ports).toEqual([false, true, true, false]);
  });
});

describe('portOf(url)', () => {
  it.each([
    ['http://a.example/', 80],
    ['https://a.example/', 443],
    ['https://a.example:80/', 80],
    ['http://a.example:8080/', 8080],
  ])('of %s is %i', (link, port) => {
    expect(portOf(new URL(link))).toBe(port);
  });
});

describe('formatRanges(ranges)', () => {
  it('writes ranges as the variable has them', () => {
    expect(
      formatRanges([
        [80, 80],
        [1024, 65_535],
      ]),
    ).toBe('80, 1024-65535');
  });
});
