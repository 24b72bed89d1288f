import path from 'node:path';
import { supervise, type SupervisedProcess } from '../../src/process/supervise';
import { finished, imagesOf, sheetOf, uploaded } from '../support/calls';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

const ROOT = path.join(__dirname, '..', '..');

describe('An image that kills every worker', () => {
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

  it('is given up as internal, while every other image succeeds without losing an attempt', async () => {
    const links = Array.from({ length: 12 }, (_, index) => `/${index}.jpg`);
    const content = await photo();
    const healthy = links.map((link) => origin.on(link, bytes(content)));
    const poison = `${origin.url}/poison.jpg`;
    // Always under way when the worker dies.
    const slow = origin.on('/slow.jpg', (response) => {
      setTimeout(() => response.end(content), 2_000);
    });
    const beside = await uploaded(service.url, sheetOf([slow]));
    const id = await uploaded(
      service.url,
      sheetOf([...healthy.slice(0, 6), poison], healthy.slice(6)),
    );
    expect((await finished(service.url, id)).status).toBe('completed_with_errors');
    const images = await imagesOf(service.url, id);
    const shown = images.map(({ source_url, status: became, attempts, error }) => [
      new URL(source_url ?? '').pathname,
      became,
      attempts,
      error?.code ?? null,
    ]);
    const expected = links.map((link) => [link, 'succeeded', 1, null]);
    expect(shown).toEqual([
      ...expected.slice(0, 6),
      ['/poison.jpg', 'failed', 0, 'internal'],
      ...expected.slice(6),
    ]);
    // Seen by no other request: one beside it is not blamed for the deaths of its worker.
    expect(await finished(service.url, beside)).toMatchObject({ status: 'completed' });
    // Five workers die over it, each found out by a heartbeat that stays away for ten seconds.
  }, 240_000);
});
