import { once } from 'node:events';
import { CancelledFailure } from '@temporalio/activity';
import { withHeartbeat } from '../../activities/heartbeat';
import { activityEnvironment } from '../support/activityEnvironment';

interface Beat {
  readonly crashes: number;
  readonly ended: boolean;
}

/** An attempt at an activity. @param left what the attempt before left on the server */
function start(attempt = 1, left?: Beat) {
  const env = activityEnvironment({ attempt, heartbeatDetails: left });
  const beats: Beat[] = [];
  env.on('heartbeat', (beat: Beat) => beats.push(beat));
  const run = <T>(...call: Parameters<typeof withHeartbeat<T>>) =>
    env.run(() => withHeartbeat(...call));
  return { env, beats, run };
}

/** A promise that the test resolves. */
function held<T>() {
  let give: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { promise, give };
}

describe('withHeartbeat(work)', () => {
  it('tells the server before the work that it has begun', async () => {
    const { run, beats } = start();
    await run(() => {
      expect(beats).toEqual([{ crashes: 0, ended: false }]);
      return Promise.resolve();
    });
  });

  it('goes on telling it while the work goes on', async () => {
    const { env, run, beats } = start();
    await run(async () => {
      while (beats.length < 3) await once(env, 'heartbeat');
    });
    expect(beats).toEqual(beats.map(() => ({ crashes: 0, ended: false })));
  });

  it('gives what the work gives', async () => {
    expect(await start().run(() => Promise.resolve('done'))).toBe('done');
  });

  it('tells the server of an attempt that ended by an error, so that it counts as no crash', async () => {
    const { run, beats } = start(2, { crashes: 1, ended: true });
    await expect(run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(beats.at(-1)).toEqual({ crashes: 1, ended: true });
  });

  it('has a full disk be retried', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    await expect(start().run(() => Promise.reject(full))).rejects.toMatchObject({
      type: 'storage_unavailable',
    });
  });

  it('hands on the signal that ends the work', async () => {
    const { env, run } = start();
    const reason = await run(async (signal) => {
      setImmediate(() => {
        env.cancel();
      });
      await once(signal, 'abort');
      return signal.reason as unknown;
    });
    expect(reason).toBeInstanceOf(CancelledFailure);
  });

  it.each([
    ['none in the first attempt', 1, undefined, 0],
    ['one where the attempt before left no word', 2, undefined, 1],
    ['one more where the attempt before did not end by itself', 3, { crashes: 1, ended: false }, 2],
    ['none more where it did', 3, { crashes: 1, ended: true }, 1],
  ])('counts of crashes %s', async (_, attempt, left, expected) => {
    const { run, beats } = start(attempt, left);
    expect(await run((_signal, crashes) => Promise.resolve(crashes))).toBe(expected);
    expect(beats.at(-1)).toEqual({ crashes: expected, ended: false });
  });
});

describe('withHeartbeat(work, turn)', () => {
  it('begins once it is its turn, and counts as ended until then', async () => {
    const { env, run, beats } = start(3, { crashes: 1, ended: false });
    const turn = held<() => void>();
    const steps: string[] = [];
    const running = run(
      () => {
        steps.push('work');
        return Promise.resolve();
      },
      () => turn.promise,
    );
    while (beats.length < 2) await once(env, 'heartbeat');
    // A worker that dies now did not die over this.
    expect(beats).toEqual(beats.map(() => ({ crashes: 2, ended: true })));
    expect(steps).toEqual([]);
    turn.give(() => steps.push('given back'));
    await running;
    expect(steps).toEqual(['work', 'given back']);
    expect(beats.at(-1)).toEqual({ crashes: 2, ended: false });
  });

  it('gives the turn back where the work fails', async () => {
    const giveBack = jest.fn();
    const { run } = start();
    const failing = run(
      () => Promise.reject(new Error('broken')),
      () => Promise.resolve(giveBack),
    );
    await expect(failing).rejects.toThrow('broken');
    expect(giveBack).toHaveBeenCalledTimes(1);
  });

  it('does not begin where the wait is cut off', async () => {
    const { run } = start();
    const work = jest.fn(() => Promise.resolve());
    const cut = new CancelledFailure('The request was cancelled');
    await expect(run(work, () => Promise.reject(cut))).rejects.toBe(cut);
    expect(work).not.toHaveBeenCalled();
  });
});
