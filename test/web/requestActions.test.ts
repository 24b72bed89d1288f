import type { RequestResource } from '../../contract/http/requests';
import {
  canCancel,
  canDelete,
  canRedeliver,
  canRetry,
  commandsFor,
  imagesToRetry,
} from '../../web/logic/requestActions';

type State = Parameters<typeof commandsFor>[0];

const stateOf = (
  status: RequestResource['status'],
  {
    failed = 0,
    pending = 0,
    webhook,
  }: Partial<{
    failed: number;
    pending: number;
    webhook: NonNullable<RequestResource['webhook']>['state'];
  }> = {},
): State => ({
  request_id: '5efa',
  status,
  counts: { total: 10, succeeded: 10 - failed - pending, failed, pending },
  webhook:
    webhook === undefined
      ? null
      : {
          id: '5efa.1',
          url: 'http://shop.example/hook',
          state: webhook,
          attempts: 1,
          status_code: null,
          error: null,
          delivered_at: null,
        },
});

describe('a running request', () => {
  it.each(['pending', 'processing'] as const)('that is %s can only be cancelled', (status) => {
    const state = stateOf(status, { failed: 1, pending: 2, webhook: 'waiting' });
    expect(canCancel(state)).toBe(true);
    expect([canRetry(state), canRedeliver(state), canDelete(state)]).toEqual([false, false, false]);
  });
});

describe('a finished request', () => {
  it('can be deleted, and not be cancelled', () => {
    const state = stateOf('completed');
    expect([canDelete(state), canCancel(state)]).toEqual([true, false]);
  });

  it('can be retried when images failed', () => {
    expect(canRetry(stateOf('completed'))).toBe(false);
    expect(canRetry(stateOf('completed_with_errors', { failed: 1 }))).toBe(true);
    expect(canRetry(stateOf('failed', { failed: 10 }))).toBe(true);
  });

  it('can be retried when it was cancelled before its end', () => {
    const state = stateOf('cancelled', { failed: 1, pending: 3 });
    expect(canRetry(state)).toBe(true);
    expect(imagesToRetry(state, 1)).toBe(3);
  });

  it.each([
    ['delivered', true],
    ['failed', true],
    ['pending', false],
    ['superseded', false],
  ] as const)('with a webhook that is %s can have it sent again: %s', (webhook, isPossible) => {
    expect(canRedeliver(stateOf('completed', { webhook }))).toBe(isPossible);
  });

  it('without a webhook cannot have it sent again', () => {
    expect(canRedeliver(stateOf('completed'))).toBe(false);
  });
});

describe('commandsFor', () => {
  it.each([
    ['a running one', stateOf('processing'), ['show 5efa --watch', 'cancel 5efa', 'replay 5efa']],
    [
      'one with failures',
      stateOf('completed_with_errors', { failed: 1, webhook: 'delivered' }),
      ['show 5efa', 'retry 5efa --watch', 'replay 5efa'],
    ],
    [
      'one whose webhook failed too',
      stateOf('failed', { failed: 10, webhook: 'failed' }),
      ['show 5efa', 'retry 5efa --watch', 'redeliver 5efa'],
    ],
    ['a complete one', stateOf('completed'), ['show 5efa', 'replay 5efa', 'delete 5efa']],
  ])('names three for %s', (_, state, words) => {
    expect(commandsFor(state).map(({ line }) => line)).toEqual(
      words.map((word) => `npm run ops -- ${word}`),
    );
  });
});
