import { describe as sentence, outcomeFor } from '../../contract/report';

describe('describe(status, counts)', () => {
  it('counts the compressed, failed and pending images', () => {
    const counts = { total: 40, succeeded: 37, failed: 2, pending: 1 };
    expect(sentence('processing', counts)).toBe('37 of 40 images compressed, 2 failed, 1 to go');
  });

  it('omits counts of zero', () => {
    const counts = { total: 40, succeeded: 40, failed: 0, pending: 0 };
    expect(sentence('completed', counts)).toBe('40 of 40 images compressed');
  });

  it('uses the singular for one image', () => {
    const counts = { total: 1, succeeded: 0, failed: 1, pending: 0 };
    expect(sentence('failed', counts)).toBe('0 of 1 image compressed, 1 failed');
  });

  it('counts the pending images of a cancelled request as cancelled', () => {
    const counts = { total: 9, succeeded: 4, failed: 0, pending: 5 };
    expect(sentence('cancelled', counts)).toBe('4 of 9 images compressed, 5 cancelled');
  });
});

describe('outcomeFor(counts)', () => {
  it.each([
    ['completed', { total: 2, succeeded: 2, failed: 0, pending: 0 }],
    ['completed_with_errors', { total: 2, succeeded: 1, failed: 1, pending: 0 }],
    ['failed', { total: 2, succeeded: 0, failed: 2, pending: 0 }],
    ['completed', { total: 0, succeeded: 0, failed: 0, pending: 0 }],
  ])('is %s for %j', (outcome, counts) => {
    expect(outcomeFor(counts)).toBe(outcome);
  });
});
