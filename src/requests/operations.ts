import type { Config } from '../config';
import type { FileStore, ResultKind } from '../storage/fileStore';
import type { ImageLinks } from '../storage/links';
import { openImageLinks, type ImageLinkSettings } from '../storage/open';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import type { Runs } from '../temporal/runs';
import { acceptUpload } from './accept';
import { showBulkOperation, startBulkOperation, stopBulkOperation } from './bulkOperation';
import { cancelRequest } from './cancel';
import { createFailures } from './failures';
import { requireVisible } from './find';
import { listImages, showImage } from './images';
import { listRequests } from './list';
import { reconcile } from './reconcile';
import { operateListed } from './operateListed';
import { createRecentRequests } from './recent';
import { redeliverWebhook } from './redeliver';
import { removeRequest } from './remove';
import { openResult } from './result';
import { removeExpired } from './retention';
import { retryAll } from './retryAll';
import { retryListed } from './retryListed';
import { retryRequest } from './retry';
import { showRequest } from './show';
import { createStatus } from './status';
import type { validateSheet } from './validateSheet';

export interface OperationDeps {
  readonly config: Pick<
    Config,
    'MAX_IMAGES_PER_REQUEST' | 'MAX_QUEUED_IMAGES_PER_CALLER' | 'WEBHOOK_URL' | 'RETENTION_DAYS'
  > &
    ImageLinkSettings;
  readonly logger: Logger;
  readonly records: Records;
  readonly files: Pick<FileStore, 'writeSheet' | 'removeRequest' | 'openResult'>;
  /** Default: those that the configuration names. */
  readonly imageLinks?: ImageLinks;
  readonly runs: Runs;
  readonly validate?: typeof validateSheet;
}

/** Every operation on requests: for callers of the API, for operators, and for the service's own sweeps. */
export type Operations = ReturnType<typeof createOperations>;

type Rest<F> = F extends (deps: never, ...rest: infer R) => unknown ? R : never;

export function createOperations(given: OperationDeps) {
  const recent = createRecentRequests(given.records);
  const deps = { imageLinks: openImageLinks(given.config), recent, ...given };
  const status = createStatus(deps);

  /**
   * Lets no later status be older than this answer: the operation may have changed the request, also when it failed, or
   * told a state that another process has just recorded.
   */
  async function newest<T>(operation: Promise<T>, requestId?: string): Promise<T> {
    try {
      return await operation;
    } finally {
      recent.forget(requestId);
    }
  }

  return {
    accept: (...call: Rest<typeof acceptUpload>) => acceptUpload(deps, ...call),
    requireVisible: (...call: Rest<typeof requireVisible>) => requireVisible(deps, ...call),
    status,
    show: (requestId: string) => newest(showRequest(deps, status, requestId), requestId),
    list: (...call: Rest<typeof listRequests>) => newest(listRequests(deps, ...call)),
    images: (...call: Rest<typeof listImages>) => listImages(deps, ...call),
    failures: createFailures(deps),
    image: (...call: Rest<typeof showImage>) => showImage(deps, ...call),
    openResult: (requestId: string, kind: ResultKind) =>
      newest(openResult(deps, requestId, kind), requestId),
    retry: (requestId: string) => newest(retryRequest(deps, requestId), requestId),
    retryListed: (...call: Rest<typeof retryListed>) => newest(retryListed(deps, ...call)),
    retryAll: (...call: Rest<typeof retryAll>) => newest(retryAll(deps, ...call)),
    startBulk: (...call: Rest<typeof startBulkOperation>) => startBulkOperation(deps, ...call),
    showBulk: (operationId: string) => showBulkOperation(deps, operationId),
    stopBulk: (operationId: string) => newest(stopBulkOperation(deps, operationId)),
    operateListed: (...call: Rest<typeof operateListed>) => newest(operateListed(deps, ...call)),
    cancel: (requestId: string) => newest(cancelRequest(deps, requestId), requestId),
    redeliver: (requestId: string) => newest(redeliverWebhook(deps, requestId), requestId),
    remove: (requestId: string) => newest(removeRequest(deps, requestId), requestId),
    reconcile: (now: Date, quietMs?: number) => newest(reconcile(deps, now, quietMs)),
    removeExpired: (now: Date, onRemoved?: () => void) =>
      newest(removeExpired(deps, deps.config.RETENTION_DAYS, now, onRemoved)),
  };
}
