import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { messageOf } from '../errors';
import type { PipelineState } from '../pipeline/pipeline';
import type { Records } from '../records/open';
import type { Logger } from '../telemetry/logger';

const REPORT_EVERY_MS = 15_000;

export interface WorkerReportDeps {
  readonly records: Pick<Records, 'workers'>;
  readonly pipeline: { state(): PipelineState };
  readonly version: string;
  readonly logger: Logger;
}

/**
 * Reports to MongoDB that this worker runs and what it does, now and every 15 seconds. A report that fails is logged and
 * changes nothing else: the work goes on.
 *
 * @returns a function that removes the worker, to be called when it stops
 */
export function reportWorker(
  { records, pipeline, version, logger }: WorkerReportDeps,
  everyMs = REPORT_EVERY_MS,
): () => Promise<void> {
  const self = { _id: randomUUID(), host: hostname(), version, started_at: new Date() };
  const failed = (error: unknown) => {
    logger.warn({ reason: messageOf(error) }, 'The report of the worker could not be recorded');
  };
  let reporting = Promise.resolve();
  let isReporting = false;

  async function report(): Promise<void> {
    const { imagesInProgress, coolingHosts } = pipeline.state();
    await records.workers.report({
      ...self,
      seen_at: new Date(),
      images_in_progress: imagesInProgress,
      cooling_hosts: coolingHosts.map(({ host, until, reason }) => ({
        host,
        until: new Date(until),
        reason,
      })),
    });
  }

  function reportOnce(): void {
    if (isReporting) return;
    isReporting = true;
    reporting = report()
      .catch(failed)
      .finally(() => {
        isReporting = false;
      });
  }

  reportOnce();
  const timer = setInterval(reportOnce, everyMs).unref();
  return async () => {
    clearInterval(timer);
    // A report under way would record the worker again.
    await reporting;
    await records.workers.remove(self._id).catch(failed);
  };
}
