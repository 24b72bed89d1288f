import { ActivityCancellationDetails } from '@temporalio/common';
import { mongo } from 'mongoose';
import { createOperatorActivities } from '../../activities/operators';
import type { ListCursor } from '../../activities/types';
import { activityEnvironment, called } from '../support/activityEnvironment';
import { startActivityStage } from '../support/activityStage';

const stage = startActivityStage();
const filter = { status: ['failed'], since: null, until: null } as const;

describe('listForRetry', () => {
  it('returns every matching request once, page by page', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 45; index += 1) {
      ids.push(await stage.recorded({ state: 'failed', created_at: new Date(1_000 * index) }));
    }
    await stage.recorded({ state: 'completed' });
    const { listForRetry } = createOperatorActivities(stage.deps);
    const pages: string[][] = [];
    let cursor: ListCursor | null = null;
    do {
      const page: Awaited<ReturnType<typeof listForRetry>> = await called(listForRetry, {
        filter,
        cursor,
      });
      pages.push(page.requests.map(({ requestId }) => requestId));
      cursor = page.next;
    } while (cursor !== null);
    expect(pages.map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(pages.flat().sort()).toEqual(ids.sort());
  });
});

describe('retryRequests', () => {
  const requests = ['one', 'two'].map((requestId) => ({ requestId, round: 1 }));

  /** Calls the activity and interrupts it after the first request. */
  function interrupted(details: ConstructorParameters<typeof ActivityCancellationDetails>[0]) {
    const env = activityEnvironment();
    const { retryRequests } = createOperatorActivities({
      ...stage.deps,
      operations: {
        ...stage.deps.operations,
        retryListed: () => {
          env.cancel(
            details?.workerShutdown === true ? 'WORKER_SHUTDOWN' : 'CANCELLED',
            new ActivityCancellationDetails(details),
          );
          return Promise.resolve({ retried: 1, skipped: 0 });
        },
      },
    });
    return env.run(retryRequests, { requests });
  }

  it('returns its progress when it is stopped', async () => {
    expect(await interrupted({ cancelRequested: true })).toEqual({ retried: 1, skipped: 0 });
  });

  it('throws worker_shutdown when the worker shuts down, for another worker to continue', async () => {
    await expect(interrupted({ workerShutdown: true })).rejects.toMatchObject({
      type: 'worker_shutdown',
    });
  });
});

describe('operate', () => {
  const listed = { requestId: 'one', round: 1, finished: true, deliveryClosedAt: null };
  const input = { operationId: 'operation', action: 'delete', requests: [listed] } as const;

  function failingIn(attempt: number, error: Error, cancelled = false) {
    const env = activityEnvironment({ attempt });
    const tally = { done: 0, skipped: 0, failed: 1 };
    const { operate } = createOperatorActivities({
      ...stage.deps,
      operations: {
        ...stage.deps.operations,
        operateListed: () => {
          const details = new ActivityCancellationDetails({ cancelRequested: true });
          if (cancelled) env.cancel('CANCELLED', details);
          return Promise.resolve({ ...tally, error });
        },
      },
    });
    return env.run(operate, input);
  }

  it('throws the error of a request, to try again', async () => {
    await expect(failingIn(14, new Error('rejected'))).rejects.toThrow('rejected');
  });

  it('counts the request as failed after the last attempt, or when it is stopped', async () => {
    const tally = { done: 0, skipped: 0, failed: 1 };
    expect(await failingIn(15, new Error('rejected'))).toEqual(tally);
    expect(await failingIn(1, new Error('rejected'), true)).toEqual(tally);
  });

  it('tries again without limit while MongoDB is down', async () => {
    const down = new mongo.MongoNetworkError('connection refused');
    await expect(failingIn(100, down)).rejects.toMatchObject({ type: 'mongodb_unavailable' });
  });
});
