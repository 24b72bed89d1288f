import { createRecentRequests } from '../../src/requests/recent';
import type { Records } from '../../src/records/open';
import type { RequestRecord } from '../../src/records/types';
import { eventually } from '../support/eventually';

/** Requests whose round changes without their reader's knowledge, as when another process changes them. */
function changing() {
  const stored = { round: 1, reads: 0 };
  const find = (id: string) => {
    stored.reads += 1;
    const { round } = stored;
    return Promise.resolve({ _id: id, state: 'processing', round } as RequestRecord);
  };
  const recent = createRecentRequests({ requests: { find } as Records['requests'] });
  return { stored, recent };
}

describe('createRecentRequests(records)', () => {
  it('reads once for many calls', async () => {
    const { stored, recent } = changing();
    for (let call = 0; call < 100; call += 1)
      await Promise.all([recent.find('a'), recent.find('a')]);
    expect(stored.reads).toBeLessThan(20);
  });

  it('finds what another process has changed', async () => {
    const { stored, recent } = changing();
    await recent.find('a');
    stored.round = 2;
    const found = await eventually(
      () => recent.find('a'),
      ({ round }) => round === 2,
    );
    expect(found._id).toBe('a');
  });

  it('finds the current state with findNow, and with find once it is told to forget', async () => {
    const { stored, recent } = changing();
    await recent.find('a');
    stored.round = 2;
    expect(await recent.findNow('a')).toMatchObject({ round: 2 });
    stored.round = 3;
    const before = recent.find('a');
    recent.forget('a');
    expect(await recent.find('a')).toMatchObject({ round: 3 });
    await before;
    stored.round = 4;
    recent.forget();
    expect(await recent.find('a')).toMatchObject({ round: 4 });
  });

  it('asks again for a request that was not found', async () => {
    let found: RequestRecord | null = null;
    const find = () => Promise.resolve(found);
    const recent = createRecentRequests({ requests: { find } as unknown as Records['requests'] });
    await expect(recent.find('a')).rejects.toMatchObject({ code: 'not_found' });
    found = { _id: 'a', state: 'pending', round: 1 } as RequestRecord;
    expect(await recent.find('a')).toMatchObject({ state: 'pending' });
  });
});
