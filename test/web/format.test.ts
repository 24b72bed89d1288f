import {
  formatBytes,
  formatDay,
  formatDuration,
  formatExact,
  formatImages,
  formatNumber,
  formatPixels,
  formatRate,
  formatRelative,
  formatShare,
} from '../../web/logic/format';

const NOW = Date.parse('2026-03-10T12:00:00Z');

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_000, '1 kB'],
    [1_234_567, '1.23 MB'],
    [5_000_000_000, '5 GB'],
    [2e15, '2,000 TB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes, 'en')).toBe(text);
  });

  it('keeps a negative number of bytes, when outputs are larger', () => {
    expect([-500, -5_000_000].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
      '-500 bytes',
      '-5 MB',
    ]);
  });
});

describe('formatShare', () => {
  it.each([
    [0, '0%'],
    [0.5, '50%'],
    [0.999, '99%'],
    [1, '100%'],
  ])('writes %d as %s', (part, text) => {
    expect(formatShare(part, 'en')).toBe(text);
  });
});

describe('formatRelative', () => {
  it.each([
    ['2026-03-10T11:59:30Z', 'now'],
    ['2026-03-10T11:58:00Z', '2 minutes ago'],
    ['2026-03-10T09:10:00Z', '2 hours ago'],
    ['2026-03-09T11:00:00Z', 'yesterday'],
    ['2026-02-28T12:00:00Z', '10 days ago'],
    ['2026-03-10T12:05:00Z', 'in 5 minutes'],
  ])('writes %s as %s', (time, text) => {
    expect(formatRelative(Date.parse(time), NOW, 'en')).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0.2, '1 second'],
    [40, '40 seconds'],
    [119, '119 seconds'],
    [121, '3 minutes'],
    [7_199, '120 minutes'],
    [7_200, '2 hours'],
    [200_000, '3 days'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds, 'en')).toBe(text);
  });
});

it('counts images', () => {
  expect([0, 1, 2_000].map((count) => formatImages(count, 'en'))).toEqual([
    '0 images',
    '1 image',
    '2,000 images',
  ]);
});

it('follows the locale', () => {
  expect(formatNumber(1234.5, 'de')).toBe('1.234,5');
  expect(formatRate(12.34, 'de')).toBe('12');
  expect(formatRate(0.456, 'de')).toBe('0,46');
  expect(formatDay('2026-03-01', 'de')).toBe('01.03.2026');
  expect(formatPixels({ width: 1200, height: 900 }, 'de')).toBe('1.200 × 900 pixels');
  expect(formatExact(NOW, 'en')).toMatch(/^Mar 10, 2026, \d+:00:00/);
});
