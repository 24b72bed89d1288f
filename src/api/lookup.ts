import { Refusal } from '../errors';
import type { RequestRecord } from '../records/types';
import type { ApiDependencies } from './app';

/** @throws Refusal `not_found` for ids that are unknown, withdrawn or no ids at all */
export async function findRequest(
  { records }: Pick<ApiDependencies, 'records'>,
  requestId: string,
): Promise<RequestRecord> {
  const record = await records.requests.find(requestId);
  if (record === null || record.state === 'withdrawn') {
    throw new Refusal('not_found', 'Request ID not found');
  }
  return record;
}
