import path from 'node:path';
import { supervise, type SupervisedProcess } from '../../src/process/supervise';
import { finished, imagesOf, sheetOf, uploaded } from '../support/calls';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

const ROOT = path.join(__dirname, '..', '..');

describe('An image that crashes every worker', () => {
  let service: Service;
  let origin: Origin;
  let worker: SupervisedProcess;

  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService({ worker: false });
    worker = supervise(
      {
        name: 'worker',
        command: process.execPath,
        args: [
          '--require',
          path.join(ROOT, 'test', 'support', 'poison.cjs'),
          path.join(ROOT, 'dist', 'src', 'bin', 'worker.js'),
        ],
        env: service.workerEnv,
        logFile: path.join(service.dataDir, 'worker.log'),
      },
      () => undefined,
    );
  });

  afterAll(async () => {
    await worker.stop();
    await service.stop();
    await origin.stop();
  });

  it('fails as internal, while all other images succeed at their first attempt', async () => {
    const links = Array.from({ length: 12 }, (_, index) => `/${index}.jpg`);
    const content = await photo();
    const healthy = links.map((link) => origin.on(link, bytes(content)));
    const poison = `${origin.url}/poison.jpg`;
    // Always in progress when the worker dies.
    const slow = origin.on('/slow.jpg', (response) => {
      setTimeout(() => response.end(content), 2_000);
    });
    const other = await uploaded(service.url, sheetOf([slow]));
    const id = await uploaded(
      service.url,
      sheetOf([...healthy.slice(0, 6), poison], healthy.slice(6)),
    );
    expect((await finished(service.url, id)).status).toBe('completed_with_errors');
    const images = await imagesOf(service.url, id);
    const shown = images.map(({ source_url, status: outcome, attempts, error }) => [
      new URL(source_url ?? '').pathname,
      outcome,
      attempts,
      error?.code ?? null,
    ]);
    const expected = links.map((link) => [link, 'succeeded', 1, null]);
    expect(shown).toEqual([
      ...expected.slice(0, 6),
      ['/poison.jpg', 'failed', 0, 'internal'],
      ...expected.slice(6),
    ]);
    // A concurrent request is not blamed for the crashes.
    expect(await finished(service.url, other)).toMatchObject({ status: 'completed' });
    // Five workers crash; each crash is noticed after ten seconds without a heartbeat.
  }, 240_000);
});
