import { createServer } from 'node:net';
import { createLogger } from '../../../src/telemetry/logger';
import { listenForScrapes, type ScrapeListener } from '../../../src/telemetry/metrics/listen';
import { withSdkMetrics } from '../../../src/telemetry/metrics/sdk';
import { closedPort, listen } from '../../support/listen';
import { bytes, startOrigin, status, type Origin } from '../../support/origin';

const logger = createLogger('silent', 'test');
const own = { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('ours 1\n') };
const HOST = '127.0.0.1';

describe('the listener for scrapes', () => {
  let listener: ScrapeListener;
  const start = async (exposition = own, port?: number) => {
    listener = await listenForScrapes(
      { HOST, METRICS_PORT: port ?? (await closedPort()) },
      exposition,
      logger,
    );
    return `http://${HOST}:${listener.port}`;
  };
  afterEach(() => listener.close());

  it('answers /metrics as Prometheus expects it', async () => {
    const response = await fetch(`${await start()}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(own.contentType);
    expect(await response.text()).toBe('ours 1\n');
  });

  it.each(['/metrics/', '/metrics?name[]=x'])('answers %s like /metrics', async (path) => {
    expect((await fetch((await start()) + path)).status).toBe(200);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/metricsx'],
    ['GET', '/metrics/x'],
    ['GET', '/health/live'],
    ['POST', '/metrics'],
    ['DELETE', '/metrics'],
  ])('answers 404 to %s %s', async (method, path) => {
    const response = await fetch((await start()) + path, { method });
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('');
  });

  it('listens on the next free port when its own is taken', async () => {
    const { port, close } = await listen(createServer());
    const url = await start(own, port).finally(close);
    expect(listener.port).toBeGreaterThan(port);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('answers 500 when a scrape fails, and keeps serving', async () => {
    const answers = [Promise.reject(new Error('broken')), Promise.resolve('ours 2\n')];
    const text = () => answers.shift() ?? Promise.resolve('');
    const url = await start({ ...own, text });
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
    expect(await (await fetch(`${url}/metrics`)).text()).toBe('ours 2\n');
  });
});

it('refuses an address that is not of this machine, and says what to set', async () => {
  const listening = listenForScrapes({ HOST: '192.0.2.1', METRICS_PORT: 9464 }, own, logger);
  await expect(listening).rejects.toThrow(/192\.0\.2\.1:9464.*set HOST.*METRICS_PORT/);
});

describe("the SDK's metrics", () => {
  let sdk: Origin;
  beforeEach(async () => {
    sdk = await startOrigin();
  });
  afterEach(() => sdk.stop());
  const text = () => withSdkMetrics(own, sdk.url.replace('http://', '')).text();

  it('are appended to ours', async () => {
    sdk.on('/metrics', bytes('temporal_polls 7\n'));
    expect(await text()).toBe('ours 1\n\ntemporal_polls 7\n');
  });

  it('are replaced by a comment when they cannot be read', async () => {
    sdk.on('/metrics', status(500));
    expect(await text()).toMatch(/^ours 1\n\n# The Temporal SDK's metrics .*: .* 500\n$/);
  });

  it('are replaced by a comment when nothing listens', async () => {
    await sdk.stop();
    expect(await text()).toMatch(/^ours 1\n\n# The Temporal SDK's metrics .*: .+\n$/);
    sdk = await startOrigin();
  });
});
