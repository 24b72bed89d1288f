import { setTimeout as sleep } from 'node:timers/promises';
import { createWorkerMetrics, type WorkerMetrics } from '../../../src/telemetry/metrics/worker';
import { samplesOf, typesOf, valueOf } from '../../support/exposition';

const STAGES = ['host_wait', 'worker_wait', 'download', 'compress', 'store'];

let metrics: WorkerMetrics;
beforeEach(() => {
  metrics = createWorkerMetrics();
});

const text = () => metrics.registry.metrics();
const value = async (name: string, labels: Record<string, string> = {}) =>
  valueOf(await text(), `image_processor_${name}`, labels);

describe('the metrics of a worker', () => {
  it('have our prefix, a unit or a count in their names, and a sentence of help', async () => {
    const exposition = await text();
    expect(typesOf(exposition).size).toBe(10);
    for (const [name, type] of typesOf(exposition)) {
      expect(name).toMatch(/^image_processor_[a-z_]+$/);
      if (type === 'counter') expect(name).toMatch(/_total$/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(exposition).toMatch(new RegExp(`^# HELP ${name} [A-Z].*\\.$`, 'm'));
    }
  });

  it('start at zero, so that the first event is an increase', async () => {
    expect(await value('images_total', { outcome: 'succeeded' })).toBe(0);
    for (const outcome of ['delivered', 'retried', 'failed']) {
      expect(await value('webhook_deliveries_total', { outcome })).toBe(0);
    }
    for (const stage of STAGES) {
      expect(await value('images_in_flight', { stage })).toBe(0);
      expect(await value('stage_duration_seconds_count', { stage })).toBe(0);
    }
  });

  it('count bytes of images that succeeded', async () => {
    metrics.imageSucceeded(1000, 400);
    metrics.imageSucceeded(10, 10);
    metrics.imageFailed('failed', 'not_found');
    expect(await value('images_total', { outcome: 'succeeded' })).toBe(2);
    expect(await value('input_bytes_total')).toBe(1010);
    expect(await value('output_bytes_total')).toBe(410);
  });

  it('count deaths of image processes by reason, from zero', async () => {
    expect(await value('image_process_deaths_total', { reason: 'memory' })).toBe(0);
    metrics.imageProcessEnded('memory');
    expect(await value('image_process_deaths_total', { reason: 'memory' })).toBe(1);
  });

  it('take durations and numbers that another process measured', async () => {
    metrics.observed('download', 2);
    metrics.inFlight('download', 3);
    expect(await value('stage_duration_seconds_sum', { stage: 'download' })).toBe(2);
    expect(await value('images_in_flight', { stage: 'download' })).toBe(3);
  });

  it('count failures by outcome and code, and rare status codes by their class', async () => {
    metrics.imageFailed('retried', 'timeout');
    metrics.imageFailed('failed', 'timeout');
    metrics.imageFailed('postponed', 'http_429');
    metrics.imageFailed('failed', 'http_402');
    metrics.imageFailed('failed', 'http_451');
    const failures = samplesOf(await text()).filter(({ labels }) => 'error_code' in labels);
    expect(failures.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      // Present from the start, so that an alert detects the first one.
      { outcome: 'failed', error_code: 'internal', value: 0 },
      { outcome: 'retried', error_code: 'timeout', value: 1 },
      { outcome: 'failed', error_code: 'timeout', value: 1 },
      { outcome: 'postponed', error_code: 'http_429', value: 1 },
      { outcome: 'failed', error_code: 'http_4xx', value: 2 },
    ]);
  });

  it('count a stage as in flight until it ends, then record its duration', async () => {
    let finish: () => void = () => undefined;
    const download = metrics.observe(
      'download',
      () =>
        new Promise<string>((resolve) => {
          finish = () => {
            resolve('bytes');
          };
        }),
    );
    expect(await value('images_in_flight', { stage: 'download' })).toBe(1);
    expect(await value('stage_duration_seconds_count', { stage: 'download' })).toBe(0);
    finish();
    expect(await download).toBe('bytes');
    expect(await value('images_in_flight', { stage: 'download' })).toBe(0);
    expect(await value('stage_duration_seconds_count', { stage: 'download' })).toBe(1);
  });

  it('count a stage that failed, and rethrow its error', async () => {
    const failed = metrics.observe('store', () => Promise.reject(new Error('disk full')));
    await expect(failed).rejects.toThrow('disk full');
    expect(await value('images_in_flight', { stage: 'store' })).toBe(0);
    expect(await value('stage_duration_seconds_count', { stage: 'store' })).toBe(1);
  });

  it('measure in seconds', async () => {
    await metrics.observe('compress', () => sleep(30));
    metrics.sliceStarted(Date.now() - 5000);
    const compressed = await value('stage_duration_seconds_sum', { stage: 'compress' });
    expect(compressed).toBeGreaterThan(0.02);
    expect(await value('slice_queue_wait_seconds_bucket', { le: '1' })).toBe(0);
    expect(await value('slice_queue_wait_seconds_bucket', { le: '300' })).toBe(1);
  });

  it('record no negative wait when the clock of the server is ahead', async () => {
    metrics.sliceStarted(Date.now() + 60_000);
    expect(await value('slice_queue_wait_seconds_sum')).toBe(0);
  });

  it('count findings of the reconciler by kind', async () => {
    metrics.reconcilerFound('run_missing');
    metrics.reconcilerFound('run_missing', 2);
    metrics.reconcilerFound('5d4f6c1e-0000-4000-8000-000000000000');
    expect(await value('reconciler_findings_total', { finding: 'run_missing' })).toBe(3);
    expect(await value('reconciler_findings_total', { finding: 'other' })).toBe(1);
  });
});
