import { call } from '../support/api';
import { finished, json, sheetOf, text, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { samplesOf, valueOf } from '../support/exposition';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

const KEY = 'a-key-of-a-client';
const REQUESTS = 'image_processor_requests';
const CALLS = 'image_processor_http_request_duration_seconds_count';
const STATES = [
  'uploading',
  'withdrawn',
  'pending',
  'processing',
  'completed',
  'completed_with_errors',
  'failed',
  'cancelled',
];

describe('GET /metrics', () => {
  let service: Service;
  let origin: Origin;
  beforeAll(async () => {
    origin = await startOrigin();
    origin.on('/a.jpg', bytes(await photo()));
    service = await startService();
  });
  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });
  const scrape = () => text(`${service.url}/metrics`);

  it('answers in the Prometheus text format', async () => {
    const response = await call(`${service.url}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(samplesOf(await response.text()).length).toBeGreaterThan(5);
  });

  it('reports the number of requests in each state', async () => {
    const completed = (now: string) => valueOf(now, REQUESTS, { status: 'completed' }) ?? 0;
    const before = completed(await scrape());
    const id = await uploaded(service.url, sheetOf([`${origin.url}/a.jpg`]));
    await finished(service.url, id);
    const after = await eventually(scrape, (now) => completed(now) > before);
    expect(completed(after)).toBe((await service.count()).requests);
    const states = samplesOf(after).filter(({ name }) => name === REQUESTS);
    expect(states.map(({ labels }) => labels['status']).sort()).toEqual([...STATES].sort());
  });

  it('labels calls with their route template, not with their path', async () => {
    const route = '/image/status/{request_id}';
    const labels = { method: 'GET', route, status: '4xx' };
    const before = valueOf(await scrape(), CALLS, labels) ?? 0;
    for (const id of ['one', 'two', 'three']) {
      await json(`${service.url}/image/status/${id}?secret=${id}`);
    }
    const after = await scrape();
    expect(valueOf(after, CALLS, labels)).toBe(before + 3);
    expect(after).not.toContain('secret');
  });

  it('counts calls of unknown paths under the route "none"', async () => {
    const labels = { method: 'GET', route: 'none', status: '4xx' };
    const before = valueOf(await scrape(), CALLS, labels) ?? 0;
    await json(`${service.url}/no-such-page-1`);
    await json(`${service.url}/no-such-page-2`);
    const after = await scrape();
    expect(valueOf(after, CALLS, labels)).toBe(before + 2);
    expect(after).not.toContain('no-such-page');
  });

  it('labels calls only with documented routes, documentation pages and "none"', async () => {
    for (const path of ['/docs', '/openapi.json', '/health/live', '/docs/start.js']) {
      await text(service.url + path);
    }
    const { paths } = await json<{ paths: object }>(`${service.url}/openapi.json`);
    const known = Object.keys(paths).map((path) => path.replace(/\/$/, ''));
    const used = samplesOf(await scrape()).flatMap(({ labels }) => labels['route'] ?? []);
    const others = new Set(used.filter((route) => !known.includes(route)));
    for (const route of others) expect(route).toMatch(/^(none|\/(docs|openapi|redoc).*)$/);
    expect(used).toContain('/health/live');
  });
});

describe('GET /metrics, with API_KEYS', () => {
  it('requires a key, and counts rejected calls', async () => {
    const service = await startService({ worker: false, env: { API_KEYS: KEY } });
    try {
      expect((await call(`${service.url}/metrics`)).status).toBe(401);
      const response = await call(`${service.url}/metrics`, { headers: { 'X-API-Key': KEY } });
      expect(response.status).toBe(200);
      const labels = { method: 'GET', route: 'none', status: '4xx' };
      expect(valueOf(await response.text(), CALLS, labels)).toBe(1);
    } finally {
      await service.stop();
    }
  });
});
