import type { BulkAction, BulkProgress } from '../../contract/actions';
import { messageOf } from '../errors';
import type { Logger } from '../telemetry/logger';
import { cancelRequest, type CancelDeps } from './cancel';
import { fewAtOnce } from './fewAtOnce';
import { isImpossible } from './impossible';
import { continueWithDelivery, redeliverWebhook, type RedeliverDeps } from './redeliver';
import { removeRequest, type RemoveDeps } from './remove';
import { retryOne, type Listed } from './retryListed';
import type { RetryDeps } from './retry';

/** A request as a bulk operation has found it. Work that is repeated after a crash knows by it what was done before. */
export interface ListedForOperation extends Listed {
  readonly finished: boolean;
  /** When its webhook was delivered or failed; `null` when there is none that can be delivered again. */
  readonly deliveryClosedAt: string | null;
}

export interface ListedOperation {
  readonly operationId: string;
  readonly action: BulkAction;
  readonly requests: readonly ListedForOperation[];
}

type Deps = CancelDeps &
  RedeliverDeps &
  RemoveDeps &
  RetryDeps & { readonly logger: Pick<Logger, 'warn'> };

type Result = 'done' | 'skipped' | 'failed';

/**
 * Takes the action on requests that have not changed since they were listed. When repeated after a crash, the action is
 * not taken again, and requests on which it was taken before count as done.
 *
 * @param signal stops it between two requests
 * @returns the counts of the requests examined so far, and the first error of those that failed
 */
export async function operateListed(
  deps: Deps,
  { operationId, action, requests }: ListedOperation,
  signal: AbortSignal,
): Promise<BulkProgress & { readonly error: unknown }> {
  const errors: unknown[] = [];
  const results = await fewAtOnce(requests, signal, async (one): Promise<Result> => {
    try {
      return await takeAction(deps, action, one, operationId);
    } catch (error) {
      if (isImpossible(error)) return 'skipped';
      errors.push(error);
      deps.logger.warn(
        {
          operation_id: operationId,
          request_id: one.requestId,
          action,
          reason: messageOf(error),
        },
        'A bulk operation failed for a request',
      );
      return 'failed';
    }
  });
  const count = (sought: Result) => results.filter((result) => result === sought).length;
  return {
    done: count('done'),
    skipped: count('skipped'),
    failed: count('failed'),
    error: errors[0] ?? null,
  };
}

function takeAction(
  deps: Deps,
  action: BulkAction,
  listed: ListedForOperation,
  operationId: string,
): Promise<Result> {
  switch (action) {
    case 'retry':
      return retryOne(deps, listed);
    case 'cancel':
      return cancelOne(deps, listed);
    case 'delete':
      return deleteOne(deps, listed);
    case 'redeliver':
      return redeliverOne(deps, listed, operationId);
  }
}

async function cancelOne(
  deps: CancelDeps,
  { requestId, round, finished }: ListedForOperation,
): Promise<Result> {
  const record = await deps.records.requests.find(requestId);
  if (finished || record?.round !== round) return 'skipped';
  if (record.state === 'cancelled') return 'done';
  await cancelRequest(deps, requestId);
  return 'done';
}

async function deleteOne(
  deps: RemoveDeps & { readonly logger: Pick<Logger, 'warn'> },
  { requestId, round }: ListedForOperation,
): Promise<Result> {
  const record = await deps.records.requests.find(requestId);
  if (record === null || record.state === 'withdrawn') return 'done';
  if (record.round !== round) return 'skipped';
  await removeRequest(deps, requestId);
  return 'done';
}

async function redeliverOne(
  deps: RedeliverDeps,
  { requestId, round, deliveryClosedAt }: ListedForOperation,
  operationId: string,
): Promise<Result> {
  const record = await deps.records.requests.find(requestId);
  if (deliveryClosedAt === null || record?.round !== round) return 'skipped';
  const token = `deliver-${operationId}`;
  const delivery = await deps.records.deliveries.find(requestId, round);
  if (delivery !== null && delivery.updated_at.toISOString() !== deliveryClosedAt) {
    // The process that opened the delivery may have died before it started the run. Starting it twice is harmless.
    if (delivery.state === 'pending' && delivery.attempts === 0) {
      await continueWithDelivery(deps.runs, record, token);
    }
    return 'done';
  }
  await redeliverWebhook(deps, requestId, token);
  return 'done';
}
