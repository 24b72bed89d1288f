import type { Config } from '../config';
import type { Records } from '../records/open';
import type { Operations } from '../requests/operations';
import type { FileStore } from '../storage/fileStore';
import type { Logger } from '../telemetry/logger';
import type { ApiMetrics } from '../telemetry/metrics/api';

/** What the calls need; each is used by the routes that name it. */
export interface ApiDependencies {
  readonly config: Config;
  readonly logger: Logger;
  readonly files: FileStore;
  /** Where uploads are received. */
  readonly spoolDir: string;
  readonly records: Records;
  readonly requests: Operations;
  readonly metrics: ApiMetrics;
  /** Aborted when the process is to end: what would never end by itself ends then. */
  readonly stopping: AbortSignal;
  /** Each resolves when the service it is named after answers. */
  readonly health: Readonly<Record<string, () => Promise<void>>>;
}
