import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ImageErrorCode } from '../../../contract/errorCodes';
import { errorCodeLabel, findingLabel } from './labels';

/** Where an image's time goes, in this sequence. It waits for its turn at the host, then for a place in the worker. */
const STAGES = ['host_wait', 'worker_wait', 'download', 'compress', 'store'] as const;
type Stage = (typeof STAGES)[number];

/** From a thumbnail on a fast disk to a download that uses up its time limit. */
const STAGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
/** From an idle worker to a long line. */
const WAIT_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** What a worker counts; docs/metrics.md says what each means. */
export function createWorkerMetrics() {
  const registry = new Registry();
  const registers = [registry];

  const images = new Counter({
    name: 'image_processor_images_total',
    help: 'Attempts at images that ended, by outcome and error code.',
    labelNames: ['outcome', 'error_code'],
    registers,
  });
  const inputBytes = new Counter({
    name: 'image_processor_input_bytes_total',
    help: 'Bytes downloaded of images that succeeded.',
    registers,
  });
  const outputBytes = new Counter({
    name: 'image_processor_output_bytes_total',
    help: 'Bytes stored of images that succeeded.',
    registers,
  });
  const stages = new Histogram({
    name: 'image_processor_stage_duration_seconds',
    help: 'How long each stage of an image took, also when it failed.',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'image_processor_images_in_flight',
    help: 'Images in each stage just now.',
    labelNames: ['stage'],
    registers,
  });
  const sliceWaits = new Histogram({
    name: 'image_processor_slice_queue_wait_seconds',
    help: 'How long slices of images waited in the task queue, from scheduled to started.',
    buckets: WAIT_BUCKETS,
    registers,
  });
  const deliveries = new Counter({
    name: 'image_processor_webhook_deliveries_total',
    help: 'Attempts at webhooks that ended, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const findings = new Counter({
    name: 'image_processor_reconciler_findings_total',
    help: 'What the reconciler found and repaired.',
    labelNames: ['finding'],
    registers,
  });

  // A series that begins at its first event hides that event from rate().
  images.inc({ outcome: 'succeeded' }, 0);
  images.inc({ outcome: 'failed', error_code: 'internal' }, 0);
  for (const outcome of ['delivered', 'retried', 'failed']) deliveries.inc({ outcome }, 0);
  for (const stage of STAGES) {
    stages.zero({ stage });
    inFlight.set({ stage }, 0);
  }

  return {
    registry,

    /** Times the work and shows it as in flight until it ends, however it ends. */
    async observe<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
      const started = performance.now();
      inFlight.inc({ stage });
      try {
        return await work();
      } finally {
        inFlight.dec({ stage });
        stages.observe({ stage }, (performance.now() - started) / 1000);
      }
    },

    imageSucceeded(bytesIn: number, bytesOut: number): void {
      images.inc({ outcome: 'succeeded' });
      inputBytes.inc(bytesIn);
      outputBytes.inc(bytesOut);
    },

    /** `retried`: the next attempt is awaited; `failed`: it was the last; `postponed`: none was made, the host is cooling down. */
    imageFailed(outcome: 'retried' | 'failed' | 'postponed', code: ImageErrorCode): void {
      images.inc({ outcome, error_code: errorCodeLabel(code) });
    },

    sliceStarted(scheduledAtMs: number): void {
      // The server's clock and ours may differ.
      sliceWaits.observe(Math.max(Date.now() - scheduledAtMs, 0) / 1000);
    },

    webhookAttempted(outcome: 'delivered' | 'retried' | 'failed'): void {
      deliveries.inc({ outcome });
    },

    /** @param finding a word in snake case that names the kind; never an id */
    reconcilerFound(finding: string, count = 1): void {
      findings.inc({ finding: findingLabel(finding) }, count);
    },
  };
}
