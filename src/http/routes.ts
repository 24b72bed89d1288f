import { bulkRetryRoute } from './bulkRetry';
import type { ApiDependencies } from './dependencies';
import { eventsRoute } from './events';
import { fileRoute } from './files';
import { liveRoute, readyRoute } from './health';
import { imagesRoute } from './images';
import { metricsRoute } from './metrics';
import { operatorRoutes } from './operators';
import { deleteRoute, requestRoute } from './request';
import { requestsRoute } from './requests';
import { resultRoute } from './result';
import type { Route } from './route';
import { statusRoute } from './status';
import { uploadRoute } from './upload';

/** Every call of the API: what is served, documented, and checked in the tests. */
export function createRoutes(deps: ApiDependencies): Route[] {
  return [
    uploadRoute(deps),
    statusRoute(deps),
    resultRoute(deps),
    requestsRoute(deps),
    bulkRetryRoute(deps),
    requestRoute(deps),
    deleteRoute(deps),
    imagesRoute(deps),
    eventsRoute(deps),
    ...operatorRoutes(deps),
    fileRoute(deps),
    liveRoute(),
    readyRoute(deps),
    metricsRoute(deps),
  ];
}
