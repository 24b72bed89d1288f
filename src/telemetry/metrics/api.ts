import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, Histogram, Registry } from 'prom-client';
import { createCache } from '../../cache';
import { messageOf } from '../../errors';
import type { Logger } from '../logger';
import { methodLabel, statusClassLabel } from './labels';

/** Several Prometheus servers, or an impatient one, cost one count. */
const COUNT_KEPT_MS = 10_000;
/** A scrape is given up by Prometheus after 10 s; without MongoDB it still gets the rest. */
const COUNT_DEADLINE_MS = 2_000;

/** From a poll answered from memory to an upload of the largest size. */
const CALL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface ApiMetricsSources {
  /** How many requests there are in each state; zeros included. */
  countByState(): Promise<Readonly<Record<string, number>>>;
  readonly logger: Logger;
}

export type ApiMetrics = ReturnType<typeof createApiMetrics>;

/** What an API process counts; docs/metrics.md says what each means. */
export function createApiMetrics({ countByState, logger }: ApiMetricsSources) {
  const registry = new Registry();
  const registers = [registry];
  const counts = createCache<Readonly<Record<string, number>>>({ keptMs: COUNT_KEPT_MS });

  const calls = new Histogram({
    name: 'image_processor_http_request_duration_seconds',
    help: 'How long calls took until their answer began, by route and class of status.',
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
          throw new Error(`Expected MongoDB to count within ${COUNT_DEADLINE_MS} ms`);
        });
        const byState = await Promise.race([counts('all', countByState), late]);
        for (const [status, count] of Object.entries(byState)) requests.set({ status }, count);
      } catch (error) {
        // No numbers rather than old ones: an alert can tell the difference.
        requests.reset();
        logger.warn({ reason: messageOf(error) }, 'Requests could not be counted for a scrape');
      }
    },
  });

  return {
    registry,

    /** @param route the template that matched, such as `/image/status/{request_id}`; never the path */
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
