import type { Config } from '../src/config';
import type { FileStore } from '../src/storage/fileStore';
import type { ImagePipeline } from '../src/pipeline/pipeline';
import type { Logger } from '../src/telemetry/logger';
import type { WorkerMetrics } from '../src/telemetry/metrics/worker';
import type { Records } from '../src/records/open';
import type { Operations } from '../src/requests/operations';
import type { Runs } from '../src/temporal/runs';
import type { WebhookSender } from '../src/webhooks/send';

/** What the worker hands to the activities; tests hand over the real things as well. */
export interface ActivityDependencies {
  readonly config: Config;
  readonly logger: Logger;
  readonly records: Records;
  readonly files: FileStore;
  readonly pipeline: Pick<ImagePipeline, 'process'>;
  readonly sender: WebhookSender;
  readonly operations: Pick<
    Operations,
    'retryListed' | 'operateListed' | 'reconcile' | 'removeExpired'
  >;
  /** Tells the run of a request how many images each lane has so far. */
  readonly tellRecorded: Runs['tellRecorded'];
  readonly metrics: WorkerMetrics;
  /** Whether the namespace has our search attributes. */
  readonly searchAttributes: boolean;
}
