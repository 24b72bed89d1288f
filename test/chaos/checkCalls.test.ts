import { checkCalls } from '../../chaos/checkCalls';
import {
  began,
  cancel,
  evidenceOf,
  failed,
  hit,
  snapshot,
  retry,
  withFailure,
} from '../support/operatorCalls';

describe("The operators' calls of a chaos run", () => {
  it('are correct when an accepted retry opens a round', () => {
    const calls = [retry(202, withFailure(1), snapshot(9, 2, 'pending'))];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([]);
  });

  it('are wrong when an accepted retry opens no round', () => {
    const calls = [retry(202, withFailure(1), snapshot(9, 1, 'completed_with_errors'))];
    expect(checkCalls(evidenceOf(calls))).toContainEqual(
      expect.stringContaining('0 rounds were opened by 1 accepted retries'),
    );
  });

  it('are wrong when a round that a retry opened is lost', () => {
    const calls = [
      retry(202, withFailure(1), snapshot(9, 2, 'pending')),
      cancel(409, snapshot(10, 1, 'completed'), snapshot(19, 1, 'completed')),
    ];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([
      expect.stringContaining('it was in round 1 after 1 accepted retries'),
    ]);
  });

  it('are wrong when a round was opened without a call', () => {
    expect(checkCalls(evidenceOf([], { round: 2 }))).toEqual([
      expect.stringContaining('1 rounds were opened by 0 accepted retries'),
    ]);
  });

  it('may have opened a round when the answer was lost, but not when they were refused', () => {
    const [before, after] = [withFailure(1), snapshot(9, 2, 'pending')];
    expect(checkCalls(evidenceOf([retry(null, before, after)], { round: 2 }))).toEqual([]);
    expect(checkCalls(evidenceOf([retry(503, before, after)], { round: 2 }))).toEqual([
      expect.stringContaining('1 rounds were opened by 0 accepted retries'),
    ]);
  });

  it('are correct when one of two simultaneous retries is accepted', () => {
    const [before, after] = [withFailure(1), snapshot(9, 2, 'pending')];
    const calls = [retry(202, before, after), retry(409, before, after)];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([]);
  });

  it('are wrong when two simultaneous retries are accepted for one round', () => {
    const [before, after] = [withFailure(1), snapshot(9, 2, 'pending')];
    const calls = [retry(202, before, after), retry(202, before, after)];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toContainEqual(
      expect.stringContaining('1 rounds were opened by 2 accepted retries'),
    );
  });

  it.each([
    ['a retry gets 500', retry(500, withFailure(1), withFailure(9))],
    ['a retry gets 409 with images to retry', retry(409, withFailure(1), withFailure(9))],
    [
      'a cancellation gets 404',
      cancel(404, snapshot(1, 1, 'processing'), snapshot(9, 1, 'processing')),
    ],
    [
      'a cancellation of a running request gets 409',
      cancel(409, snapshot(1, 1, 'pending'), snapshot(9, 1, 'pending')),
    ],
    [
      'a cancellation of a finished request is accepted',
      cancel(202, withFailure(1), withFailure(9)),
    ],
  ])('are wrong when %s', (_, wrong) => {
    expect(checkCalls(evidenceOf([wrong]))).toEqual([expect.stringContaining('was answered')]);
  });

  it('are wrong when a retry is accepted although every image was done', () => {
    const calls = [retry(202, snapshot(1, 1, 'completed', []), snapshot(9, 2, 'pending'))];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([
      expect.stringContaining('although every image was done'),
    ]);
  });

  it.each([
    ['whose link leads to a picture failed', failed('good'), 'it leads to a picture'],
    [
      'failed with the wrong error code',
      failed('missing', { error: { code: 'timeout', message: '' } }),
      'the error code is wrong',
    ],
    ['is pending, not cancelled', failed('good', { status: 'pending' }), 'no call cancelled'],
    ['was not tried in the round', failed('missing', { round: 0 }), 'the round skipped it'],
    ['failed although its picture was available', failed('late'), 'its picture was available'],
  ])('are wrong when an image %s', (_, image, why) => {
    const before = snapshot(1, 1, 'completed_with_errors', [image]);
    const calls = [retry(202, before, snapshot(9, 2, 'pending'))];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([expect.stringContaining(why)]);
  });

  it('are wrong when a late image fails after, but not before, its picture is available', () => {
    const before = snapshot(5, 1, 'completed_with_errors', [failed('late')]);
    const calls = [retry(202, before, snapshot(9, 2, 'pending'))];
    const seen = { round: 2, repaired: { 1: 4 }, observations: [began(2, 1)] };
    expect(checkCalls(evidenceOf(calls, { ...seen, hits: [hit(3)] }))).toEqual([]);
    expect(checkCalls(evidenceOf(calls, { ...seen, hits: [hit(1), hit(5)] }))).toEqual([
      expect.stringContaining('its picture was available'),
    ]);
  });

  it('may leave images pending by a cancellation', () => {
    const cancelled = snapshot(11, 1, 'cancelled', [
      failed('good', { status: 'pending', round: null }),
    ]);
    const calls = [
      cancel(202, snapshot(1, 1, 'processing'), snapshot(9, 1, 'processing')),
      retry(202, cancelled, snapshot(19, 2, 'pending')),
    ];
    expect(checkCalls(evidenceOf(calls, { round: 2 }))).toEqual([]);
  });
});
