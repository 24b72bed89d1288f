import { createAcceptRequest } from './acceptRequest';
import { createBuildResult } from './buildResult';
import { createDeliverWebhook } from './deliverWebhook';
import type { ActivityDependencies } from './dependencies';
import { createProcessImage } from './processImage';
import { createProcessImages } from './processImages';
import { createRecordOutcome } from './recordOutcome';
import type { ImageRequestActivities } from './types';

/** The activities with everything they need; each is registered under its own name. */
export function createActivities(deps: ActivityDependencies): ImageRequestActivities {
  return {
    acceptRequest: createAcceptRequest(deps),
    processImages: createProcessImages(deps),
    processImage: createProcessImage(deps),
    buildResult: createBuildResult(deps),
    recordOutcome: createRecordOutcome(deps),
    deliverWebhook: createDeliverWebhook(deps),
  };
}
