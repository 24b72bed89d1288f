import type { TimelineRecord } from '../../src/records/types';
import { timelineOf } from '../../src/requests/timeline';
import { failed, imageRecord, requestRecord, succeeded } from '../support/recorded';

const ID = '5efa2c81-0000-4000-8000-000000000000';
const at = (ms: number) => new Date(1_000_000 + ms);
const iso = (ms: number) => at(ms).toISOString();

const request = (round = 1) => requestRecord({ _id: ID, round, created_at: at(0) });
const image = (change: Parameters<typeof imageRecord>[2]) => imageRecord(ID, '0-0', change);

const last: TimelineRecord['last'] = {
  began_at: at(100),
  steps: { stored: [60, 5], compressed: [50, 20], downloaded: [30, 10], waited: [20, 15] },
  ended: 61,
};

describe('timelineOf(request, image)', () => {
  it('lists the steps of an image in their order, each with its end and how long it took', () => {
    const timeline = timelineOf(request(), image({ ...succeeded('0-0'), timeline: { last } }));
    expect(timeline).toEqual([
      { event: 'queued', at: iso(0), ms: null, detail: null },
      { event: 'waited', at: iso(120), ms: 15, detail: null },
      { event: 'downloaded', at: iso(130), ms: 10, detail: '100 bytes' },
      { event: 'compressed', at: iso(150), ms: 20, detail: '40 bytes, 1×1, jpeg' },
      { event: 'stored', at: iso(160), ms: 5, detail: null },
    ]);
  });

  it('ends with the error of an image that failed', () => {
    const timeline = { last: { ...last, steps: { waited: [20, 15] as const } } };
    expect(timelineOf(request(), image({ ...failed(), timeline }))).toEqual([
      { event: 'queued', at: iso(0), ms: null, detail: null },
      { event: 'waited', at: iso(120), ms: 15, detail: null },
      { event: 'failed', at: iso(161), ms: null, detail: 'Answered 404' },
    ]);
  });

  it('lists earlier attempts before the steps, and says how many are left out', () => {
    const retried = [
      { at: at(20), code: 'timeout' },
      { at: at(40), code: 'http_5xx' },
    ] as const;
    const done = image({ ...succeeded('0-0'), attempts: 6, timeline: { retried, last } });
    expect(timelineOf(request(), done).slice(1, 4)).toEqual([
      {
        event: 'retried',
        at: iso(20),
        ms: null,
        detail: 'Attempt 4 failed: timeout; 3 earlier of 5 left out',
      },
      { event: 'retried', at: iso(40), ms: null, detail: 'Attempt 5 failed: http_5xx' },
      { event: 'waited', at: iso(120), ms: 15, detail: null },
    ]);
  });

  it('counts all attempts of an image that waits for the next one', () => {
    const retried = [{ at: at(20), code: 'timeout' }] as const;
    const waiting = image({ attempts: 1, timeline: { retried } });
    expect(timelineOf(request(), waiting).map(({ detail }) => detail)).toEqual([
      null,
      'Attempt 1 failed: timeout',
    ]);
  });

  it('begins with the reopening in a later round', () => {
    const reopened = image({ round: 2, timeline: { queued_at: at(500) } });
    expect(timelineOf(request(2), reopened)).toEqual([
      { event: 'queued', at: iso(500), ms: null, detail: null },
    ]);
  });

  it('of an image that succeeded in an earlier round is that of its round', () => {
    const before = image({ ...succeeded('0-0'), round: 1, timeline: { last } });
    expect(timelineOf(request(2), before)[0]).toMatchObject({ event: 'queued', at: iso(0) });
  });

  it('is only the queueing of an image without an attempt', () => {
    expect(timelineOf(request(), image({})).map(({ event }) => event)).toEqual(['queued']);
  });

  it.each([
    ['succeeded', succeeded('0-0')],
    ['failed', failed()],
    ['was attempted', { attempts: 1 }],
  ])('is empty for an image that %s in an older version', (_, change) => {
    expect(timelineOf(request(), image(change))).toEqual([]);
  });
});
