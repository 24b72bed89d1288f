import { Refusal } from '../errors';
import type { Records } from '../records/open';
import type { RequestRecord } from '../records/types';

/** @throws Refusal `not_found` for ids that are unknown, withdrawn or malformed */
export async function findVisible(
  { requests }: Pick<Records, 'requests'>,
  requestId: string,
): Promise<RequestRecord> {
  const record = await requests.find(requestId);
  if (record === null || record.state === 'withdrawn') {
    throw unknownRequest();
  }
  return record;
}

/**
 * Checks that a caller may know of a request.
 *
 * @param owner whose requests the caller sees; `null`: all
 * @throws Refusal `not_found`, also for the request of another owner
 */
export async function requireVisible(
  { records }: { readonly records: Pick<Records, 'requests'> },
  requestId: string,
  owner: string | null,
): Promise<void> {
  if (owner === null) return;
  const record = await findVisible(records, requestId);
  if (record.owner !== owner) throw unknownRequest();
}

function unknownRequest(): Refusal {
  return new Refusal('not_found', 'Request ID not found');
}
