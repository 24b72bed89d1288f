import { addSample, averageSpeed, secondsLeft, speedOf, type Sample } from '../../web/logic/speed';

const counts = (succeeded: number, failed: number, pending: number) => ({
  total: succeeded + failed + pending,
  succeeded,
  failed,
  pending,
});

const samplesOf = (...given: readonly [number, number][]) =>
  given.reduce<readonly Sample[]>((known, [at, done]) => addSample(known, { at, done }), []);

describe('speedOf', () => {
  it('is unknown without samples and in the first two seconds', () => {
    expect(speedOf([], 0)).toBeNull();
    expect(speedOf(samplesOf([0, 0], [1_000, 10]), 1_999)).toBeNull();
  });

  it('is the number of images over the time since the first sample', () => {
    expect(speedOf(samplesOf([0, 5], [10_000, 25]), 10_000)).toBe(2);
  });

  it('falls while nothing changes', () => {
    const samples = samplesOf([0, 0], [10_000, 20]);
    expect(speedOf(samples, 20_000)).toBe(1);
  });

  it('is unknown while nothing is done yet', () => {
    expect(speedOf(samplesOf([0, 7], [5_000, 7]), 10_000)).toBeNull();
  });

  it('is zero when nothing was done for half a minute', () => {
    expect(speedOf(samplesOf([0, 0], [10_000, 900]), 40_000)).toBe(0);
  });

  it('counts what was done within the last half minute only', () => {
    expect(speedOf(samplesOf([0, 0], [10_000, 900], [50_000, 930]), 60_000)).toBe(1);
  });

  it('forgets what is more than half a minute old', () => {
    const samples = samplesOf([0, 0], [10_000, 1_000], [40_000, 1_030], [70_000, 1_090]);
    expect(samples.map(({ at }) => at)).toEqual([40_000, 70_000]);
    expect(speedOf(samples, 70_000)).toBe(2);
  });

  it('starts again when a retry makes the number smaller', () => {
    expect(samplesOf([0, 90], [1_000, 100], [2_000, 80])).toEqual([{ at: 2_000, done: 80 }]);
  });
});

describe('secondsLeft', () => {
  it('is the time that the waiting images take', () => {
    expect(secondsLeft(counts(5, 5, 30), 2)).toBe(15);
  });

  it('is unknown without a speed, and when nothing waits', () => {
    expect(secondsLeft(counts(0, 0, 30), null)).toBeNull();
    expect(secondsLeft(counts(0, 0, 30), 0)).toBeNull();
    expect(secondsLeft(counts(30, 0, 0), 2)).toBeNull();
  });
});

describe('averageSpeed', () => {
  const finished = {
    counts: counts(90, 10, 0),
    round: 1,
    started_at: '2026-03-10T12:00:00.000Z',
    finished_at: '2026-03-10T12:00:50.000Z',
  };

  it('counts failed images too', () => {
    expect(averageSpeed(finished)).toBe(2);
  });

  it('is unknown after a retry, before the start and in no time', () => {
    expect(averageSpeed({ ...finished, round: 2 })).toBeNull();
    expect(averageSpeed({ ...finished, started_at: null })).toBeNull();
    expect(averageSpeed({ ...finished, finished_at: null })).toBeNull();
    expect(averageSpeed({ ...finished, finished_at: finished.started_at })).toBeNull();
  });
});
