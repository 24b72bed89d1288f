import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, Histogram, Registry } from 'prom-client';
import { createCache } from '../../cache';
import { messageOf } from '../../errors';
import type { Logger } from '../logger';
import { methodLabel, statusClassLabel } from './labels';
import { countStorageRequests } from './storage';

/** Scrapes by several Prometheus servers, or frequent ones, share one count. */
const COUNT_TTL_MS = 10_000;
/** Prometheus aborts a scrape after 10 s. If MongoDB is unavailable, the scrape still returns the other metrics. */
const COUNT_DEADLINE_MS = 2_000;

/** From a poll that is answered from memory to the largest upload. */
const CALL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface ApiMetricsSources {
  /** Counts the requests in each state, including states with none. */
  countByState(): Promise<Readonly<Record<string, number>>>;
  readonly logger: Logger;
}

export type ApiMetrics = ReturnType<typeof createApiMetrics>;

/** Metrics of an API process; docs/metrics.md describes them. */
export function createApiMetrics({ countByState, logger }: ApiMetricsSources) {
  const registry = new Registry();
  const registers = [registry];
  const counts = createCache<Readonly<Record<string, number>>>({ keptMs: COUNT_TTL_MS });

  const calls = new Histogram({
    name: 'image_processor_http_request_duration_seconds',
    help: 'Time from a call to the beginning of its response, by route and class of status.',
    labelNames: ['method', 'route', 'status'],
    buckets: CALL_BUCKETS,
    registers,
  });
  const requests = new Gauge({
    name: 'image_processor_requests',
    help: 'Requests recorded, by status.',
    labelNames: ['status'],
    registers,
    async collect() {
      try {
        const late = sleep(COUNT_DEADLINE_MS, undefined, { ref: false }).then(() => {
          throw new Error(`MongoDB did not count the requests within ${COUNT_DEADLINE_MS} ms`);
        });
        const byState = await Promise.race([counts('all', countByState), late]);
        for (const [status, count] of Object.entries(byState)) requests.set({ status }, count);
      } catch (error) {
        // No values instead of old ones: an alert can detect missing values.
        requests.reset();
        logger.warn({ reason: messageOf(error) }, 'Counting requests for a metrics scrape failed');
      }
    },
  });

  return {
    registry,

    storageRequested: countStorageRequests(registers),

    /**
     * Records an HTTP call.
     *
     * @param route the template that matched, such as `/image/status/{request_id}`; never the path
     */
    called(method: string, route: string | null, status: number, ms: number): void {
      const labels = {
        method: methodLabel(method),
        route: route ?? 'none',
        status: statusClassLabel(status),
      };
      calls.observe(labels, ms / 1000);
    },
  };
}
