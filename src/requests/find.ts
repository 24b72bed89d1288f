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
    throw new Refusal('not_found', 'Request ID not found');
  }
  return record;
}
