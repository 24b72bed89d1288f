import { Counter, type Registry } from 'prom-client';
import { storageOutcomeLabel } from './labels';

/**
 * Creates the counter of requests to object storage. It stays empty when files are on disk.
 *
 * @returns a function that counts one request; a retry is a request too
 */
export function countStorageRequests(registers: Registry[]) {
  const requests = new Counter({
    name: 'image_processor_storage_requests_total',
    help: 'Requests to object storage, retries included, by operation and outcome.',
    labelNames: ['operation', 'outcome'],
    registers,
  });

  return (operation: string, outcome: string): void => {
    requests.inc({ operation, outcome: storageOutcomeLabel(outcome) });
  };
}
