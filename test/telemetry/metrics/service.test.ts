import { ERROR_CODE_LABELS } from '../../../src/telemetry/metrics/labels';
import { finished, sheetOf, uploaded } from '../../support/calls';
import { eventually } from '../../support/eventually';
import { samplesOf, valueOf } from '../../support/exposition';
import { bytes, startOrigin, status, type Origin } from '../../support/origin';
import { photo } from '../../support/pictures';
import { startReceiver, type Receiver } from '../../support/receiver';
import { startService, type Service } from '../../support/service';

/** A request with two good images (one at the second attempt), one that answers 404, and one that answers 402. */
describe('the metrics of a worker after a request', () => {
  let service: Service;
  let origin: Origin;
  let receiver: Receiver;
  let requestId: string;
  let text: string;
  let size: number;

  beforeAll(async () => {
    origin = await startOrigin();
    receiver = await startReceiver();
    service = await startService();
    const picture = await photo();
    size = picture.length;
    const links = [
      origin.on('/good.jpg', bytes(picture)),
      origin.on('/flaky.jpg', status(503), bytes(picture)),
      origin.on('/gone.jpg', status(404)),
      origin.on('/paid.jpg', status(402)),
    ];
    const webhook_url = receiver.on('/hook', 500, 200);
    requestId = await uploaded(service.url, sheetOf(links), { fields: { webhook_url } });
    await finished(service.url, requestId);
    text = await eventually(
      () => service.metrics.registry.metrics(),
      (now) =>
        valueOf(now, 'image_processor_webhook_deliveries_total', { outcome: 'delivered' }) === 1,
    );
  });
  afterAll(async () => {
    await service.stop();
    await origin.stop();
    await receiver.stop();
  });

  const value = (name: string, labels: Record<string, string> = {}) =>
    valueOf(text, `image_processor_${name}`, labels);

  it('count every attempt, by outcome and error code', () => {
    const images = samplesOf(text).filter(({ name }) => name === 'image_processor_images_total');
    expect(images.map(({ labels, value }) => ({ ...labels, value }))).toEqual(
      expect.arrayContaining([
        { outcome: 'succeeded', value: 2 },
        { outcome: 'retried', error_code: 'http_5xx', value: 1 },
        { outcome: 'failed', error_code: 'not_found', value: 1 },
        { outcome: 'failed', error_code: 'http_4xx', value: 1 },
      ]),
    );
    // `internal` is also there, with 0 from the start.
    expect(images.filter(({ value }) => value > 0)).toHaveLength(4);
  });

  it('count the bytes of the images that succeeded, like the record', async () => {
    const record = await service.records.requests.find(requestId);
    expect(value('input_bytes_total')).toBe(2 * size);
    expect(record?.bytes).toEqual({
      in: value('input_bytes_total'),
      out: value('output_bytes_total'),
    });
  });

  it('measure each stage: all images are downloaded, the good ones compressed and stored', () => {
    const counts = ['host_wait', 'worker_wait', 'download', 'compress', 'store'].map((stage) =>
      value('stage_duration_seconds_count', { stage }),
    );
    expect(counts).toEqual([5, 5, 5, 2, 2]);
    for (const stage of ['download', 'compress', 'store']) {
      expect(value('stage_duration_seconds_sum', { stage })).toBeGreaterThan(0);
    }
  });

  it('measure the wait of each slice, but not of the retry of an image', () => {
    // Four images of one host make four slices of one image: a small request reports every image.
    expect(value('slice_queue_wait_seconds_count')).toBe(4);
  });

  it('count each attempt at the webhook', () => {
    expect(value('webhook_deliveries_total', { outcome: 'retried' })).toBe(1);
    expect(value('webhook_deliveries_total', { outcome: 'failed' })).toBe(0);
  });

  it('show nothing in flight', () => {
    const flying = samplesOf(text).filter(
      ({ name }) => name === 'image_processor_images_in_flight',
    );
    expect(flying.map(({ value }) => value)).toEqual([0, 0, 0, 0, 0]);
  });

  it('contain no request, no link and no host', () => {
    const { host } = new URL(origin.url);
    const values = samplesOf(text).flatMap(({ labels }) => Object.entries(labels));
    const bounded: Record<string, readonly string[]> = {
      outcome: ['succeeded', 'retried', 'postponed', 'failed', 'delivered'],
      stage: ['host_wait', 'worker_wait', 'download', 'compress', 'store'],
      error_code: ERROR_CODE_LABELS,
      reason: ['cpu', 'memory', 'wall', 'crash'],
    };
    for (const [label, given] of values) {
      if (label !== 'le') expect(bounded[label]).toContain(given);
    }
    expect(text).not.toContain(requestId);
    expect(text).not.toContain(host);
  });
});
