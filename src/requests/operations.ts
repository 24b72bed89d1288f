import type { Config } from '../config';
import type { FileStore } from '../storage/fileStore';
import type { ImageLinks } from '../storage/links';
import { openImageLinks, type ImageLinkSettings } from '../storage/open';
import type { Logger } from '../telemetry/logger';
import type { Records } from '../records/open';
import type { Runs } from '../temporal/runs';
import { acceptUpload } from './accept';
import { cancelRequest } from './cancel';
import { requireVisible } from './find';
import { listImages } from './images';
import { listRequests } from './list';
import { reconcile } from './reconcile';
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
  const deps = { imageLinks: openImageLinks(given.config), ...given };
  const status = createStatus(deps);
  return {
    accept: (...call: Rest<typeof acceptUpload>) => acceptUpload(deps, ...call),
    requireVisible: (...call: Rest<typeof requireVisible>) => requireVisible(deps, ...call),
    status,
    show: (requestId: string) => showRequest(deps, status, requestId),
    list: (...call: Rest<typeof listRequests>) => listRequests(deps, ...call),
    images: (...call: Rest<typeof listImages>) => listImages(deps, ...call),
    openResult: (...call: Rest<typeof openResult>) => openResult(deps, ...call),
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
