import { createHostLimits } from '../../src/images/hostLimits';

const HOST = 'shop.example';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function lowered(times: number) {
  const limits = createHostLimits(16);
  for (let time = 0; time < times; time += 1) limits.lower(HOST);
  return limits;
}

describe('createHostLimits()', () => {
  it.each([
    [0, 16],
    [1, 8],
    [2, 4],
    [4, 1],
    [9, 1],
  ])('after %d timeouts the limit is %d', (times, limit) => {
    expect(lowered(times).limitOf(HOST)).toBe(limit);
  });

  it('does not change the limits of other hosts', () => {
    expect(lowered(4).limitOf('other.example')).toBe(16);
  });

  it.each([
    [1, 2],
    [14, 15],
    [15, 16],
    [40, 16],
  ])('after timeouts and %d downloads the limit is %d', (downloads, limit) => {
    const limits = lowered(4);
    for (let count = 0; count < downloads; count += 1) limits.raise(HOST);
    expect(limits.limitOf(HOST)).toBe(limit);
  });

  it('forgets a limit that has not changed for long', () => {
    const limits = lowered(4);
    jest.advanceTimersByTime(14 * 60_000);
    expect(limits.limitOf(HOST)).toBe(1);
    limits.lower(HOST);
    jest.advanceTimersByTime(14 * 60_000);
    expect(limits.limitOf(HOST)).toBe(1);
    jest.advanceTimersByTime(2 * 60_000);
    expect(limits.limitOf(HOST)).toBe(16);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('remembers 10,000 hosts, and forgets the oldest', () => {
    const limits = createHostLimits(16);
    for (let host = 0; host <= 10_000; host += 1) limits.lower(`${host}.example`);
    expect(jest.getTimerCount()).toBe(10_000);
    expect(limits.limitOf('0.example')).toBe(16);
    expect(limits.limitOf('1.example')).toBe(8);
    expect(limits.limitOf('10000.example')).toBe(8);
  });

  it('holds no timer for hosts that answer', () => {
    const limits = lowered(1);
    for (let count = 0; count < 8; count += 1) limits.raise(HOST);
    limits.raise('other.example');
    expect(jest.getTimerCount()).toBe(0);
  });
});
