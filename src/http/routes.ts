import type { Config } from '../config';
import type { TargetPolicy } from '../network/targets';
import type { Operations } from '../requests/operations';
import type { Thumbnails } from '../requests/thumbnails';
import type { FileStore } from '../storage/fileStore';
import type { Spool } from '../storage/spool';
import type { Logger } from '../telemetry/logger';
import type { PartChecks, ShowSystem } from '../system/show';
import type { ApiMetrics } from '../telemetry/metrics/api';
import { bulkRetryRoute } from './bulkRetry';
import { eventsRoute } from './events';
import { failuresRoute } from './failures';
import { fileRoute } from './files';
import { liveRoute, readyRoute } from './health';
import { imageRoute } from './image';
import { imagesRoute } from './images';
import { metricsRoute } from './metrics';
import { operationRoutes } from './operations';
import { operatorRoutes } from './operators';
import { deleteRoute, requestRoute } from './request';
import { requestsRoute } from './requests';
import { resultRoute } from './result';
import type { Route } from './route';
import { statusRoute } from './status';
import { createStorageCheck } from './storageCheck';
import { systemRoute } from './system';
import { uploadRoute } from './upload';

/** Everything that routes need together; each route names its own part. */
export interface AppDependencies {
  readonly config: Config;
  readonly logger: Logger;
  readonly files: FileStore;
  readonly thumbnails: Thumbnails;
  /** Where uploads are received. */
  readonly spool: Spool;
  readonly requests: Operations;
  readonly targets: TargetPolicy;
  readonly metrics: ApiMetrics;
  /** Aborted when the process shuts down: streams end then. */
  readonly stopping: AbortSignal;
  readonly health: Omit<PartChecks, 'storage'>;
  readonly showSystem: ShowSystem;
  /** Where the build puts the page. */
  readonly pageFolder: string;
}

/** Lists all operations of the API: they are served, documented, and checked in the tests. */
export function createRoutes(deps: AppDependencies): Route[] {
  const checkStorage = createStorageCheck(deps.files);
  const health = { ...deps.health, storage: checkStorage };
  return [
    uploadRoute({ ...deps, checkStorage }),
    statusRoute(deps),
    resultRoute(deps),
    requestsRoute(deps),
    bulkRetryRoute(deps),
    requestRoute(deps),
    deleteRoute(deps),
    imagesRoute(deps),
    failuresRoute(deps),
    imageRoute(deps),
    eventsRoute(deps),
    ...operatorRoutes(deps),
    ...operationRoutes(deps),
    fileRoute(deps),
    liveRoute(),
    readyRoute({ ...deps, health }),
    systemRoute({ ...deps, health }),
    metricsRoute(deps),
  ];
}
