import { checkCalls } from '../../chaos/checkCalls';
import {
  began,
  cancel,
  evidenceOf,
  failed,
  hit,
  look,
  retry,
  withFailure,
} from '../support/operatorCalls';

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

  it('are wrong when a round was opened that no call asked for', () => {
    expect(checkCalls(evidenceOf([], { round: 2 }))).toEqual([
      expect.stringContaining('1 rounds were opened by 0 retries'),
    ]);
  });

  it('may have opened a round when the answer was lost, but not one that was refused', () => {
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
    ['is pending, not cancelled', failed('good', { status: 'pending' }), 'no call cancelled'],
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
    const seen = { round: 2, repaired: { 1: 4 }, observations: [began(2, 1)] };
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
});
