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

/** Finds a visible request, or throws `not_found`. */
type Find = (requestId: string) => Promise<RequestRecord>;

/**
 * Checks that a caller may know of a request.
 *
 * @param owner whose requests the caller sees
 * @throws Refusal `not_found`, also for the request of another owner
 */
export async function requireVisible(
  { recent }: { readonly recent: { readonly find: Find } },
  requestId: string,
  owner: string,
): Promise<void> {
  const record = await recent.find(requestId);
  if (record.owner !== owner) throw unknownRequest();
}

function unknownRequest(): Refusal {
  return new Refusal('not_found', 'Request ID not found');
}
