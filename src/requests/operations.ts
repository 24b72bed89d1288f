import type { Config } from '../config';
import type { FileStore } from '../storage/fileStore';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import type { Runs } from '../temporal/runs';
import { acceptUpload } from './accept';
import { cancelRequest } from './cancel';
import { reconcile } from './reconcile';
import { redeliverWebhook } from './redeliver';
import { removeRequest } from './remove';
import { removeExpired } from './retention';
import { retryAll } from './retryAll';
import { retryListed } from './retryListed';
import { retryRequest } from './retry';
import { createStatus } from './status';

export interface OperationDeps {
  readonly config: Pick<Config, 'MAX_IMAGES_PER_REQUEST' | 'WEBHOOK_URL' | 'RETENTION_DAYS'>;
  readonly logger: Logger;
  readonly records: Records;
  readonly files: Pick<FileStore, 'removeRequest'>;
  readonly runs: Runs;
}

/** What can be done to requests: by callers of the API, by operators, and by the service's own sweeps. */
export type Operations = ReturnType<typeof createOperations>;

type Rest<F> = F extends (deps: never, ...rest: infer R) => unknown ? R : never;

export function createOperations(deps: OperationDeps) {
  return {
    accept: (...call: Rest<typeof acceptUpload>) => acceptUpload(deps, ...call),
    status: createStatus(deps),
    retry: (...call: Rest<typeof retryRequest>) => retryRequest(deps, ...call),
    retryListed: (...call: Rest<typeof retryListed>) => retryListed(deps, ...call),
    retryAll: (...call: Rest<typeof retryAll>) => retryAll(deps, ...call),
    cancel: (...call: Rest<typeof cancelRequest>) => cancelRequest(deps, ...call),
    redeliver: (...call: Rest<typeof redeliverWebhook>) => redeliverWebhook(deps, ...call),
    remove: (...call: Rest<typeof removeRequest>) => removeRequest(deps, ...call),
    reconcile: (now: Date, quietMs?: number) => reconcile(deps, now, quietMs),
    removeExpired: (now: Date, onRemoved?: () => void) =>
      removeExpired(deps, deps.config.RETENTION_DAYS, now, onRemoved),
  };
}
