import { attemptImage } from '../../activities/attempt';
import { readConfig } from '../../src/config';
import { openFileStore } from '../../src/storage/open';
import { createLogger } from '../../src/telemetry/logger';
import { createWorkerMetrics } from '../../src/telemetry/metrics/worker';
import type { ImageRecord, RequestRecord } from '../../src/records/types';

const never = new AbortController().signal;
const request = { _id: '5efa2c81-0000-4000-8000-000000000000' } as RequestRecord;
const image = { url: 'http://a/1.jpg', attempts: 0 } as ImageRecord;

/** The pipeline fails as no real part of it does on demand. */
function attempt(error: Error) {
  const deps = {
    config: readConfig({}),
    logger: createLogger('silent', 'test'),
    metrics: createWorkerMetrics(),
    files: openFileStore({ DATA_DIR: '/nowhere' }),
    pipeline: { process: () => Promise.reject(error) },
  };
  return attemptImage(deps, request, '0-0', image, never);
}

describe('attemptImage(…)', () => {
  it('ends an image over which our own code fails: it would fail again, without end', async () => {
    expect(await attempt(new TypeError('x is not a function'))).toEqual({
      ref: '0-0',
      at: 1,
      failure: { code: 'internal', message: 'The service failed on this image; its log says why' },
    });
  });

  it('blames no image for what the machine lacks', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    await expect(attempt(full)).rejects.toBe(full);
  });
});
