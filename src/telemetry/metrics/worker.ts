import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ImageErrorCode } from '../../../contract/errorCodes';
import { errorCodeLabel, findingLabel } from './labels';
import { countStorageRequests } from './storage';

/** The stages of an image, in order. It waits for a permit of its host, then for a permit of the worker. */
const STAGES = ['host_wait', 'worker_wait', 'download', 'compress', 'store'] as const;
type Stage = (typeof STAGES)[number];

/** The limit for which an image process was killed, or its own fault. */
const DEATHS = ['cpu', 'memory', 'wall', 'crash'] as const;
type Death = (typeof DEATHS)[number];

/** From a thumbnail on a fast disk to a download that reaches its time limit. */
const STAGE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
/** From an idle worker to a long queue. */
const WAIT_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** Metrics of a worker; docs/metrics.md describes them. */
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
    help: 'Bytes downloaded for images that succeeded.',
    registers,
  });
  const outputBytes = new Counter({
    name: 'image_processor_output_bytes_total',
    help: 'Bytes stored for images that succeeded.',
    registers,
  });
  const stages = new Histogram({
    name: 'image_processor_stage_duration_seconds',
    help: 'Duration of each stage of an image, including stages that failed.',
    labelNames: ['stage'],
    buckets: STAGE_BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'image_processor_images_in_flight',
    help: 'Images currently in each stage.',
    labelNames: ['stage'],
    registers,
  });
  const processDeaths = new Counter({
    name: 'image_processor_image_process_deaths_total',
    help: 'Image processes that ended while they worked on an image, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const sliceWaits = new Histogram({
    name: 'image_processor_slice_queue_wait_seconds',
    help: 'Time that slices of images waited in the task queue, from scheduled to started.',
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
    help: 'Findings that the reconciler repaired.',
    labelNames: ['finding'],
    registers,
  });

  // A series that starts with its first event hides that event from rate().
  images.inc({ outcome: 'succeeded' }, 0);
  images.inc({ outcome: 'failed', error_code: 'internal' }, 0);
  for (const outcome of ['delivered', 'retried', 'failed']) deliveries.inc({ outcome }, 0);
  for (const reason of DEATHS) processDeaths.inc({ reason }, 0);
  for (const stage of STAGES) {
    stages.zero({ stage });
    inFlight.set({ stage }, 0);
  }

  return {
    registry,

    /** Measures the duration of the work, and counts it as in flight until it succeeds or fails. */
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

    /** Records the duration of a stage that another process measured. */
    observed(stage: Stage, seconds: number): void {
      stages.observe({ stage }, seconds);
    },

    /** Sets the number of images in a stage that another process counts. */
    inFlight(stage: Stage, count: number): void {
      inFlight.set({ stage }, count);
    },

    imageProcessEnded(reason: Death): void {
      processDeaths.inc({ reason });
    },

    imageSucceeded(bytesIn: number, bytesOut: number): void {
      images.inc({ outcome: 'succeeded' });
      inputBytes.inc(bytesIn);
      outputBytes.inc(bytesOut);
    },

    /**
     * Counts an attempt that did not succeed. `retried`: another attempt follows. `failed`: it was the last one.
     * `postponed`: no attempt was made, because the host is cooling down.
     */
    imageFailed(outcome: 'retried' | 'failed' | 'postponed', code: ImageErrorCode): void {
      images.inc({ outcome, error_code: errorCodeLabel(code) });
    },

    sliceStarted(scheduledAtMs: number): void {
      // The clock of the server may be ahead of ours.
      sliceWaits.observe(Math.max(Date.now() - scheduledAtMs, 0) / 1000);
    },

    storageRequested: countStorageRequests(registers),

    webhookAttempted(outcome: 'delivered' | 'retried' | 'failed'): void {
      deliveries.inc({ outcome });
    },

    /** @param finding the kind of finding, in snake case; never an id */
    reconcilerFound(finding: string, count = 1): void {
      findings.inc({ finding: findingLabel(finding) }, count);
    },
  };
}
