import { createRecordingLimit, MAX_SMALL, weightOf } from '../../src/requests/recordingLimit';

/** Starts work that ends when it is told to. */
function startWork(limit: ReturnType<typeof createRecordingLimit>, weight: number) {
  const nothing = (): void => undefined;
  const state = { started: false, end: nothing, fail: nothing };
  const ended = limit(weight, () => {
    state.started = true;
    return new Promise<void>((resolve, reject) => {
      state.end = resolve;
      state.fail = () => {
        reject(new Error('failed'));
      };
    });
  });
  // Awaited where a test needs it.
  ended.catch(() => undefined);
  return { state, ended };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));
const LIMITS = { small: { atOnce: 2, waiting: 2 }, large: { atOnce: 1, waiting: 1 } };

describe('createRecordingLimit(limits)', () => {
  it('starts the first ones at once and the next in order, also after a failure', async () => {
    const limit = createRecordingLimit(LIMITS);
    const works = [1, 2, 3, 4].map(() => startWork(limit, 10));
    const started = () => works.map(({ state }) => state.started);
    await tick();
    expect(started()).toEqual([true, true, false, false]);
    works[1]?.state.fail();
    await expect(works[1]?.ended).rejects.toThrow('failed');
    await tick();
    expect(started()).toEqual([true, true, true, false]);
    works[0]?.state.end();
    await tick();
    expect(started()).toEqual([true, true, true, true]);
  });

  it('refuses as unavailable when too many wait, and accepts again after that', async () => {
    const limit = createRecordingLimit(LIMITS);
    const works = [1, 2, 3, 4].map(() => startWork(limit, 10));
    const refused = startWork(limit, 10);
    await expect(refused.ended).rejects.toMatchObject({ name: 'Refusal', code: 'unavailable' });
    for (const { state, ended } of works) {
      await tick();
      state.end();
      await ended;
    }
    const next = [1, 2].map(() => startWork(limit, 10));
    await tick();
    expect(next.map(({ state }) => state.started)).toEqual([true, true]);
  });

  it('lets small uploads pass large ones', async () => {
    const limit = createRecordingLimit(LIMITS);
    const large = [1, 2].map(() => startWork(limit, MAX_SMALL + 1));
    const small = startWork(limit, MAX_SMALL);
    await tick();
    expect(large.map(({ state }) => state.started)).toEqual([true, false]);
    expect(small.state.started).toBe(true);
  });
});

describe('weightOf(entries, bytes)', () => {
  it('makes small uploads of a few thousand rows, and large ones of one huge row', () => {
    expect(weightOf(10_000, 500_000)).toBeLessThan(MAX_SMALL);
    expect(weightOf(2, 2 * 2 ** 20)).toBeGreaterThan(MAX_SMALL);
  });
});
