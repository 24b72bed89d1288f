import { randomUUID } from 'node:crypto';
import type { RequestRecord } from '../../src/records/types';
import type { Service } from './service';

/**
 * Records a request that a process has left behind when it died: a copy of a finished one.
 *
 * @returns its id
 */
export async function leaveBehind(
  { records }: Pick<Service, 'records'>,
  finishedId: string,
  fields: Partial<RequestRecord>,
): Promise<string> {
  const record = await records.requests.find(finishedId);
  if (record === null) throw new Error('Expected the record');
  const id = randomUUID();
  const isNew = await records.requests.create({
    ...record,
    _id: id,
    // One request holds a key, and the typed client sends one with every upload.
    idempotency_key: id,
    ...fields,
  });
  if (!isNew) throw new Error('Expected a new record');
  return id;
}
