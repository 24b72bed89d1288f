import type { Call } from '../../chaos/calls';
import { checkCalls } from '../../chaos/checkCalls';
import type { Evidence } from '../../chaos/evidence';
import type { Look } from '../../chaos/found';

const ID = 'request';
const HOST = 'http://origin.example';

type Undone = NonNullable<Look['undone']>[number];

function look(at: number, round: number, state: string, undone: Look['undone'] = null): Look {
  return { at, round, state, undone };
}

function failed(kind: string, change: Partial<Undone> = {}): Undone {
  const error = { code: 'not_found', message: '' } as const;
  const url = `${HOST}/${kind}/1/0.jpg`;
  return { _id: `${ID}/0-0`, url, status: 'failed', error, round: 1, attempts: 1, ...change };
}

/** Sent right after its first look, answered right before its second. */
function call(kind: Call['kind'], status: number | null, before: Look, after: Look): Call {
  const [at, answeredAt] = [before.at + 1, after.at - 1];
  return { kind, requestId: ID, at, answeredAt, status, before, after };
}

const retry = (status: number | null, before: Look, after: Look) =>
  call('retry', status, before, after);
const cancel = (status: number | null, before: Look, after: Look) =>
  call('cancel', status, before, after);

/** One request, and what was seen of it. */
function evidenceOf(
  calls: readonly Call[],
  { round = 1, ...seen }: Partial<Evidence> & { readonly round?: number } = {},
): Evidence {
  const request = { _id: ID, round, file_name: 'sheet-1.csv' };
  return {
    ...{ folder: '', url: '', hits: [], deliveries: [], observations: [], disturbances: [] },
    uploads: [{ sheet: { name: 'sheet-1.csv' } } as never],
    found: { rows: [], images: [], deliveries: [], runs: [], requests: [request as never] },
    ...{ calls, mended: {} },
    ...seen,
  };
}

const withFailure = (at: number, round = 1) =>
  look(at, round, 'completed_with_errors', [failed('missing', { round })]);

const hit = (at: number) => ({
  ...{ url: failed('late').url, at, fault: null, bytes: 0, whole: true },
});
const began = (at: number, round: number) => ({
  ...{ what: 'began' as const, execution: '1', images: [`${ID}/0-0`], pid: 1, at, round },
});

describe("The operators' calls of a chaos run", () => {
  it('are right when a retry that is taken opens a round', () => {
    const calls = [retry(202, withFailure(1), look(9, 2, 'pending'))];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([]);
  });

  it('are wrong when a retry is taken and no round is opened', () => {
    const calls = [retry(202, withFailure(1), look(9, 1, 'completed_with_errors'))];
    expect(checkCalls(evidenceOf(calls))).toContainEqual(
      expect.stringContaining('0 rounds were opened by 1 retries that were taken'),
    );
  });

  it('are wrong when a round is lost that a retry had opened', () => {
    const calls = [
      retry(202, withFailure(1), look(9, 2, 'pending')),
      cancel(409, look(10, 1, 'completed'), look(19, 1, 'completed')),
    ];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([
      expect.stringContaining('it was in round 1 after 1 retries were taken'),
    ]);
  });

  it('are wrong when a round was opened that nobody had asked for', () => {
    expect(checkCalls(evidenceOf([], { round: 2 }))).toEqual([
      expect.stringContaining('1 rounds were opened by 0 retries'),
    ]);
  });

  it('may have opened a round that nobody heard of, but not one that was refused', () => {
    const [before, after] = [withFailure(1), look(9, 2, 'pending')];
    expect(checkCalls(evidenceOf([retry(null, before, after)], { round: 2 }))).toEqual([]);
    expect(checkCalls(evidenceOf([retry(503, before, after)], { round: 2 }))).toEqual([
      expect.stringContaining('1 rounds were opened by 0 retries'),
    ]);
  });

  it('are right when of two at once one is taken', () => {
    const [before, after] = [withFailure(1), look(9, 2, 'pending')];
    const calls = [retry(202, before, after), retry(409, before, after)];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([]);
  });

  it('are wrong when two at once are taken for one round', () => {
    const [before, after] = [withFailure(1), look(9, 2, 'pending')];
    const calls = [retry(202, before, after), retry(202, before, after)];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toContainEqual(
      expect.stringContaining('1 rounds were opened by 2 retries'),
    );
  });

  it.each([
    ['a retry gets 500', retry(500, withFailure(1), withFailure(9))],
    ['a retry gets 409 with images to retry', retry(409, withFailure(1), withFailure(9))],
    ['a cancellation gets 404', cancel(404, look(1, 1, 'processing'), look(9, 1, 'processing'))],
    [
      'a cancellation gets 409 of what runs',
      cancel(409, look(1, 1, 'pending'), look(9, 1, 'pending')),
    ],
    ['a cancellation is taken of what is done', cancel(202, withFailure(1), withFailure(9))],
  ])('are wrong when %s', (_, wrong) => {
    expect(checkCalls(evidenceOf([wrong]))).toEqual([expect.stringContaining('was answered')]);
  });

  it('are wrong when a retry is taken of a request with every image done', () => {
    const calls = [retry(202, look(1, 1, 'completed', []), look(9, 2, 'pending'))];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([
      expect.stringContaining('although every image was done'),
    ]);
  });

  it.each([
    ['that leads to a picture failed', failed('good'), 'it leads to a picture'],
    [
      'failed for another reason than its own',
      failed('missing', { error: { code: 'timeout', message: '' } }),
      'it fails for another reason',
    ],
    ['is pending that nobody cancelled', failed('good', { status: 'pending' }), 'nobody cancelled'],
    ['was not tried in the round', failed('missing', { round: 0 }), 'the round passed it over'],
    ['failed whose picture was there', failed('late'), 'its picture was there by then'],
  ])('are wrong when an image %s', (_, image, why) => {
    const before = look(1, 1, 'completed_with_errors', [image]);
    const calls = [retry(202, before, look(9, 2, 'pending'))];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([expect.stringContaining(why)]);
  });

  it('know an image that came before its picture was there from one that came after it', () => {
    const before = look(5, 1, 'completed_with_errors', [failed('late')]);
    const calls = [retry(202, before, look(9, 2, 'pending'))];
    const seen = { round: 2, mended: { 1: 4 }, observations: [began(2, 1)] };
    expect(checkCalls(evidenceOf(calls, { ...seen, hits: [hit(3)] }))).toEqual([]);
    expect(checkCalls(evidenceOf(calls, { ...seen, hits: [hit(1), hit(5)] }))).toEqual([
      expect.stringContaining('its picture was there by then'),
    ]);
  });

  it('may have left images pending by a cancellation', () => {
    const cancelled = look(11, 1, 'cancelled', [
      failed('good', { status: 'pending', round: null }),
    ]);
    const calls = [
      cancel(202, look(1, 1, 'processing'), look(9, 1, 'processing')),
      retry(202, cancelled, look(19, 2, 'pending')),
    ];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([]);
  });

  it('are wrong when a request was cancelled by nobody', () => {
    const body = JSON.stringify({ status: 'cancelled' });
    const told = { id: `${ID}.1`, body, signed: true, answer: 204, at: 1 };
    expect(checkCalls(evidenceOf([], { deliveries: [told] }))).toEqual([
      expect.stringContaining('its rounds 1 were cancelled, by 0 cancellations'),
    ]);
  });

  it('are wrong when a request goes on long after its cancellation', () => {
    const calls = [cancel(202, look(1, 1, 'processing'), look(9, 1, 'processing'))];
    const kill = { target: 'worker', how: 'kill', pid: 1, from: 80_000, until: 80_000 } as const;
    const late = { observations: [began(90_000, 1)] };
    expect(checkCalls(evidenceOf(calls, { observations: [began(5_000, 1)] }))).toEqual([]);
    expect(checkCalls(evidenceOf(calls, { ...late, disturbances: [kill] }))).toEqual([]);
    expect(checkCalls(evidenceOf(calls, late))).toEqual([
      expect.stringContaining('went on after its cancellation'),
    ]);
  });
});
