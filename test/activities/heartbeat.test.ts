import { once } from 'node:events';
import { CancelledFailure } from '@temporalio/activity';
import { withHeartbeat } from '../../activities/heartbeat';
import { ProcessDied } from '../../src/errors';
import { activityEnvironment } from '../support/activityEnvironment';

interface Beat {
  readonly crashes: number;
  readonly ended: boolean;
}

/** Starts an attempt at an activity. @param previous the last heartbeat of the previous attempt */
function start(attempt = 1, previous?: Beat) {
  const env = activityEnvironment({ attempt, heartbeatDetails: previous });
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
  it('sends a heartbeat before the work of a later attempt starts', async () => {
    const { run, beats } = start(2, { crashes: 0, ended: false });
    await run(() => {
      expect(beats).toEqual([{ crashes: 1, ended: false }]);
      return Promise.resolve();
    });
  });

  it('sends none before the first attempt: without one, the next attempt counts it as a crash', async () => {
    const { run, beats } = start();
    await run(() => {
      expect(beats).toEqual([]);
      return Promise.resolve();
    });
    expect(beats).toEqual([]);
  });

  it('sends heartbeats while the work runs', async () => {
    const { env, run, beats } = start();
    await run(async () => {
      while (beats.length < 3) await once(env, 'heartbeat');
    });
    expect(beats).toEqual(beats.map(() => ({ crashes: 0, ended: false })));
  });

  it('returns the result of the work', async () => {
    expect(await start().run(() => Promise.resolve('done'))).toBe('done');
  });

  it('marks an attempt that throws as ended, so that it is not counted as a crash', async () => {
    const { run, beats } = start(2, { crashes: 1, ended: true });
    await expect(run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(beats.at(-1)).toEqual({ crashes: 1, ended: true });
  });

  it('counts the death of the process that all images share as a crash', async () => {
    const { beats, run } = start();
    const died = new ProcessDied('crash', 'SIGSEGV');
    await expect(run(() => Promise.reject(died))).rejects.toMatchObject({ type: 'process_died' });
    expect(beats.at(-1)).toEqual({ crashes: 1, ended: true });
  });

  it('converts a full disk to a failure that is retried', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    await expect(start().run(() => Promise.reject(full))).rejects.toMatchObject({
      type: 'storage_unavailable',
    });
  });

  it('passes the signal of a cancellation to the work', async () => {
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
    ['no crash in the first attempt', 1, undefined, 0],
    ['one crash when the previous attempt sent no heartbeat', 2, undefined, 1],
    [
      'one more crash when the previous attempt did not end by itself',
      3,
      { crashes: 1, ended: false },
      2,
    ],
    [
      'no further crash when the previous attempt ended by itself',
      3,
      { crashes: 1, ended: true },
      1,
    ],
  ])('counts %s', async (_, attempt, previous, expected) => {
    const { run, beats } = start(attempt, previous);
    expect(await run((_signal, crashes) => Promise.resolve(crashes))).toBe(expected);
    // A first attempt sends none before it has worked for a while.
    expect(beats).toEqual(attempt === 1 ? [] : [{ crashes: expected, ended: false }]);
  });
});

describe('withHeartbeat(work, turn)', () => {
  it('starts when its turn comes, and is marked as ended until then', async () => {
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
    // A crash of the worker is not caused by this work yet.
    expect(beats).toEqual(beats.map(() => ({ crashes: 2, ended: true })));
    expect(steps).toEqual([]);
    turn.give(() => steps.push('given back'));
    await running;
    expect(steps).toEqual(['work', 'given back']);
    expect(beats.at(-1)).toEqual({ crashes: 2, ended: false });
  });

  it('releases the turn when the work fails', async () => {
    const release = jest.fn();
    const { run } = start();
    const failing = run(
      () => Promise.reject(new Error('broken')),
      () => Promise.resolve(release),
    );
    await expect(failing).rejects.toThrow('broken');
    expect(release).toHaveBeenCalledTimes(1);
  });

  it('does not start when the wait is cancelled', async () => {
    const { run } = start();
    const work = jest.fn(() => Promise.resolve());
    const cancelled = new CancelledFailure('The request was cancelled');
    await expect(run(work, () => Promise.reject(cancelled))).rejects.toBe(cancelled);
    expect(work).not.toHaveBeenCalled();
  });
});
