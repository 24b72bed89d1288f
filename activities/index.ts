import { createAcceptRequest } from './acceptRequest';
import { createBuildResult } from './buildResult';
import { createDeliverWebhook } from './deliverWebhook';
import type { ActivityDependencies } from './dependencies';
import { createOperatorActivities } from './operators';
import { createProcessImage } from './processImage';
import { createProcessImages } from './processImages';
import { createRecordSheet } from './recordSheet';
import { createReopenImages } from './reopenImages';
import { createRecordOutcome } from './recordOutcome';
import type { Activities } from './types';

/** Creates the activities; each is registered under its own name. */
export function createActivities(deps: ActivityDependencies): Activities {
  return {
    acceptRequest: createAcceptRequest(deps),
    recordSheet: createRecordSheet(deps),
    reopenImages: createReopenImages(deps),
    processImages: createProcessImages(deps),
    processImage: createProcessImage(deps),
    buildResult: createBuildResult(deps),
    recordOutcome: createRecordOutcome(deps),
    deliverWebhook: createDeliverWebhook(deps),
    ...createOperatorActivities(deps),
  };
}
