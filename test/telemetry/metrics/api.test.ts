import { createLogger } from '../../../src/telemetry/logger';
import { createApiMetrics } from '../../../src/telemetry/metrics/api';
import { samplesOf, typesOf, valueOf } from '../../support/exposition';

const logger = createLogger('silent', 'test');
const REQUESTS = 'image_processor_requests';
const CALLS = 'image_processor_http_request_duration_seconds';

describe('the metrics of the API', () => {
  it('have our prefix and the unit in their names', async () => {
    const { registry } = createApiMetrics({ countByState: () => Promise.resolve({}), logger });
    expect([...typesOf(await registry.metrics())]).toEqual([
      [CALLS, 'histogram'],
      [REQUESTS, 'gauge'],
      ['image_processor_storage_requests_total', 'counter'],
    ]);
  });

  it('show the requests of each state, zeros included', async () => {
    const countByState = () => Promise.resolve({ pending: 2, completed: 0 });
    const { registry } = createApiMetrics({ countByState, logger });
    const text = await registry.metrics();
    expect(valueOf(text, REQUESTS, { status: 'pending' })).toBe(2);
    expect(valueOf(text, REQUESTS, { status: 'completed' })).toBe(0);
  });

  it('count requests once for concurrent and closely following scrapes', async () => {
    let counts = 0;
    const countByState = () => Promise.resolve({ pending: (counts += 1) });
    const { registry } = createApiMetrics({ countByState, logger });
    const scrapes = await Promise.all([registry.metrics(), registry.metrics()]);
    scrapes.push(await registry.metrics());
    expect(scrapes.map((text) => valueOf(text, REQUESTS, { status: 'pending' }))).toEqual([
      1, 1, 1,
    ]);
  });

  it('omit only the requests when counting fails, and show them again afterwards', async () => {
    const answers = [Promise.reject(new Error('down')), Promise.resolve({ pending: 1 })];
    const countByState = () => answers.shift() ?? Promise.resolve({ pending: 9 });
    const metrics = createApiMetrics({ countByState, logger });
    metrics.called('GET', '/health/live', 200, 3);
    const without = samplesOf(await metrics.registry.metrics()).map(({ name }) => name);
    expect(without).toContain(`${CALLS}_count`);
    expect(without).not.toContain(REQUESTS);
    const text = await metrics.registry.metrics();
    expect(valueOf(text, REQUESTS, { status: 'pending' })).toBe(1);
  });

  it('answer a scrape while the count hangs', async () => {
    const countByState = () => new Promise<Record<string, number>>(() => undefined);
    const { registry } = createApiMetrics({ countByState, logger });
    expect(samplesOf(await registry.metrics())).toEqual([]);
  });

  it('count requests to storage by operation and outcome', async () => {
    const countByState = () => Promise.resolve({});
    const { storageRequested, registry } = createApiMetrics({ countByState, logger });
    for (const outcome of ['ok', 'ok', 'SlowDown', 'x-1']) storageRequested('GetObject', outcome);
    const text = await registry.metrics();
    const counted = (outcome: string) =>
      valueOf(text, 'image_processor_storage_requests_total', { operation: 'GetObject', outcome });
    expect(['ok', 'SlowDown', 'x-1', 'other'].map(counted)).toEqual([2, 1, null, 1]);
  });

  it('share one label for calls that match no route', async () => {
    const { called, registry } = createApiMetrics({
      countByState: () => Promise.resolve({}),
      logger,
    });
    called('GET', null, 404, 1);
    called('PROPFIND', null, 404, 2500);
    const labels = { route: 'none', status: '4xx' };
    const text = await registry.metrics();
    expect(valueOf(text, `${CALLS}_count`, { ...labels, method: 'GET' })).toBe(1);
    expect(valueOf(text, `${CALLS}_sum`, { ...labels, method: 'other' })).toBe(2.5);
  });
});
