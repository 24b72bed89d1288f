import type { RequestRecord } from '../../src/records/types';
import type { Service } from './service';

/**
 * Leaves a request with one failed image in the state after a process died between recording a retry and starting its
 * run.
 *
 * @returns the record before the retry
 */
export async function retryRecorded(
  { records }: Pick<Service, 'records'>,
  id: string,
): Promise<RequestRecord> {
  const before = await records.requests.find(id);
  if (before === null) throw new Error('Expected the record');
  const counts = { total: 1, succeeded: 0, failed: 0, pending: 1 };
  expect(await records.rounds.reopen(before, counts)).toBe(true);
  return before;
}
