import { randomUUID } from 'node:crypto';
import { Refusal } from '../errors';
import type { Records } from '../records/open';
import { isFinished } from '../../contract/statuses';
import type { RequestRecord } from '../records/types';
import type { Runs } from '../temporal/runs';
import { findVisible } from './find';
import { noTemporal, stillRunning } from './retry';
import { webhookSummaryOf } from './summary';

export interface RedeliverDeps {
  readonly records: Pick<Records, 'requests' | 'deliveries'>;
  readonly runs: Pick<Runs, 'continueWith'>;
}

/**
 * Delivers the webhook of the last outcome again, with the same `webhook-id` and the full number of attempts.
 *
 * @param token a run takes a task with the same token once
 * @throws Refusal `not_found`, `conflict` (running, being delivered, no webhook), `unavailable`
 */
export async function redeliverWebhook(
  { records, runs }: RedeliverDeps,
  requestId: string,
  token = newToken(),
): Promise<void> {
  const record = await findVisible(records, requestId);
  if (!isFinished(record.state)) throw stillRunning();
  if (record.webhook_url === null) {
    throw new Refusal(
      'conflict',
      'Expected a request with a webhook, received one without; name a webhook_url at the upload',
    );
  }
  const before = await records.deliveries.find(requestId, record.round);
  if (before === null || !(await records.deliveries.reopen(requestId, record.round))) {
    throw new Refusal(
      'conflict',
      'Expected a webhook that is delivered or failed, received one that is being delivered; wait for it',
    );
  }
  try {
    await continueWithDelivery(runs, record, token);
  } catch (error) {
    await records.deliveries.rollbackReopen(before);
    throw noTemporal(error);
  }
}

/** Has a run deliver the webhook of the recorded outcome; its delivery is open already. */
export async function continueWithDelivery(
  runs: Pick<Runs, 'continueWith'>,
  { _id: requestId, round, lanes, counts, bytes, file_name }: RequestRecord,
  token = newToken(),
): Promise<void> {
  const input = { requestId, round, task: 'deliver', token } as const;
  await runs.continueWith({ ...input, lanes, counts, bytes }, webhookSummaryOf(file_name));
}

const newToken = () => `deliver-${randomUUID()}`;
