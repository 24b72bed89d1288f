export { bulkOperation } from './bulkOperation';
export { bulkRetry } from './bulkRetry';
export { imageRequest } from './imageRequest';
export { reconcileRequests, removeExpired } from './maintenance';
export { reconciler, retention } from './sweeps';
