import { randomUUID } from 'node:crypto';
import type { BulkAction } from '../../contract/actions';
import type { Operation } from '../../contract/http/operations';
import { Refusal } from '../errors';
import type { Records } from '../records/open';
import type { RequestQuery } from '../records/listing';
import type { Logger } from '../telemetry/logger';
import type { Runs } from '../temporal/runs';
import { noTemporal } from './retry';

export interface BulkOperationDeps {
  readonly records: Pick<Records, 'listing'>;
  readonly runs: Pick<Runs, 'startBulkOperation' | 'bulkOperation' | 'stopBulkOperation'>;
  readonly logger: Pick<Logger, 'info'>;
}

/** The requests of a bulk operation: by their ids, or all that match. */
export type Selected =
  | { readonly requestIds: readonly string[] }
  | { readonly query: Pick<RequestQuery, 'status' | 'q' | 'since' | 'until'> };

/**
 * Starts a workflow that takes one action on many requests. It goes on by itself.
 *
 * @returns its id, and how many requests it is about
 * @throws Refusal `unavailable` when it could not be started
 */
export async function startBulkOperation(
  { records, runs, logger }: BulkOperationDeps,
  action: BulkAction,
  selected: Selected,
): Promise<{ operationId: string; matched: number }> {
  const operationId = randomUUID();
  const { selection, matched } = await selectionOf(records, selected);
  const progress = { done: 0, skipped: 0, failed: 0 };
  try {
    await runs.startBulkOperation({ operationId, action, matched, selection, progress });
  } catch (error) {
    throw noTemporal(error);
  }
  logger.info({ operation_id: operationId, action, matched }, 'Bulk operation started');
  return { operationId, matched };
}

type Selection = Parameters<Runs['startBulkOperation']>[0]['selection'];

async function selectionOf(
  records: BulkOperationDeps['records'],
  selected: Selected,
): Promise<{ selection: Selection; matched: number }> {
  if ('requestIds' in selected) {
    return { selection: selected, matched: selected.requestIds.length };
  }
  const { status, q, since, until } = selected.query;
  // Requests uploaded from now on do not match, so that it ends.
  const now = new Date();
  const end = until === undefined || until > now ? now : until;
  const matched = await records.listing.count({ status, q, since, until: end });
  const filter = {
    status: status ?? null,
    q: q ?? null,
    since: since?.toISOString() ?? null,
    until: end.toISOString(),
  };
  return { selection: { filter, cursor: null }, matched };
}

/** @throws Refusal `not_found`, `unavailable` */
export async function showBulkOperation(
  { runs }: Pick<BulkOperationDeps, 'runs'>,
  operationId: string,
): Promise<Operation> {
  const found = isOperationId(operationId)
    ? await runs.bulkOperation(operationId).catch((error: unknown) => {
        throw noTemporal(error);
      })
    : null;
  if (found === null) throw new Refusal('not_found', 'Operation ID not found');
  const { action, status, matched, progress } = found;
  return { operation_id: operationId, action, status, matched, ...progress };
}

/**
 * Stops a bulk operation after the requests in progress. One that has ended stays as it is.
 *
 * @returns the operation, which may still be running
 * @throws Refusal `not_found`, `unavailable`
 */
export async function stopBulkOperation(
  deps: Pick<BulkOperationDeps, 'runs'>,
  operationId: string,
): Promise<Operation> {
  await showBulkOperation(deps, operationId);
  await deps.runs.stopBulkOperation(operationId).catch((error: unknown) => {
    throw noTemporal(error);
  });
  return showBulkOperation(deps, operationId);
}

/** Temporal would answer some other texts with errors. */
function isOperationId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
