import { setTimeout as sleep } from 'node:timers/promises';
import { createTurns } from '../../src/requests/turns';

const LIMITS = { atOnce: 1, waiting: 1 };

describe('createTurns(limits, refusal)', () => {
  it('lets the next one start when the work before it has ended', async () => {
    const turns = createTurns(LIMITS, 'busy');
    const events: string[] = [];
    await Promise.all([
      turns(async () => {
        await sleep(20);
        events.push('first ends');
      }),
      turns(() => Promise.resolve(events.push('second starts'))),
    ]);
    expect(events).toEqual(['first ends', 'second starts']);
  });

  it('refuses with its message when too many wait', async () => {
    const turns = createTurns(LIMITS, 'busy');
    const works = [1, 2].map(() => turns(() => sleep(20)));
    await expect(turns(() => sleep(20))).rejects.toMatchObject({
      name: 'Refusal',
      code: 'unavailable',
      message: 'busy',
    });
    await Promise.all(works);
  });

  it('pauses after the work as long as it took, without a delay of its result', async () => {
    const turns = createTurns({ ...LIMITS, mostPauseMs: 10_000 }, 'busy');
    await turns(() => sleep(100));
    const ended = performance.now();
    await turns(() => Promise.resolve());
    expect(performance.now() - ended).toBeGreaterThan(90);
  });

  it('pauses no longer than the longest pause', async () => {
    const turns = createTurns({ ...LIMITS, mostPauseMs: 1 }, 'busy');
    const events: string[] = [];
    await turns(() => sleep(200));
    const other = sleep(150).then(() => events.push('150 ms later'));
    await turns(() => Promise.resolve(events.push('next starts')));
    await other;
    expect(events).toEqual(['next starts', '150 ms later']);
  });
});
