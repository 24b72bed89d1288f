import { attemptImage, dueInMs, isDue, requireOpenRound, tallyOf } from '../../activities/attempt';
import { readConfig } from '../../src/config';
import { HostCoolingDown, ImageError } from '../../src/errors';
import type { ImagePipeline, WantedImage } from '../../src/pipeline/pipeline';
import type { ImageRecord, RequestState } from '../../src/records/types';
import { createLogger } from '../../src/telemetry/logger';
import { createWorkerMetrics } from '../../src/telemetry/metrics/worker';
import { startActivityStage } from '../support/activityStage';
import { failed, imageRecord, requestRecord, succeeded } from '../support/recorded';

const ID = '5efa2c81-0000-4000-8000-000000000000';
const MINUTE_MS = 60_000;
const never = new AbortController().signal;

const DATA = Buffer.from('the bytes');

/** Attempts an image. @param process fails as no real pipeline does on demand */
function attempt(
  process: ImagePipeline['process'],
  attempts = 0,
  signal = never,
  url = 'http://origin.example/a.jpg',
  change: Partial<ImageRecord> = {},
) {
  const deps = {
    config: readConfig({ IMAGE_RETRY_INITIAL_MS: '1000', IMAGE_MAX_ATTEMPTS: '100' }),
    logger: createLogger('silent', 'test'),
    metrics: createWorkerMetrics(),
    pipeline: { process },
    records: { images: { dataOf: () => Promise.resolve(DATA) } },
  };
  const image = imageRecord(ID, '0-0', { attempts, url, ...change });
  return attemptImage(deps, requestRecord({ _id: ID }), '0-0', image, signal);
}

const failing = (error: Error, attempts = 0) => attempt(() => Promise.reject(error), attempts);

/** Returns bounds of the wait for the next attempt, in milliseconds. */
async function pauseAfter(error: Error, attempts: number): Promise<[least: number, most: number]> {
  const before = Date.now();
  const outcome = await failing(error, attempts);
  if (!('retryAt' in outcome)) throw new Error('Expected a further attempt');
  return [outcome.retryAt.getTime() - Date.now(), outcome.retryAt.getTime() - before];
}

describe('attemptImage(…)', () => {
  it('fails an image as internal when our code throws, which it would do every time', async () => {
    expect(await failing(new TypeError('x is not a function'))).toEqual({
      ref: '0-0',
      at: 1,
      places: 1,
      timeline: expect.any(Object) as object,
      failure: { code: 'internal', message: 'The service failed on this image; its log says why' },
    });
  });

  it('throws when the disk is full, which is not the fault of an image', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    await expect(failing(full)).rejects.toBe(full);
  });

  it('fails an image at its first permanent error', async () => {
    expect(await failing(ImageError.permanent('not_found', 'Answered 404'))).toEqual({
      ref: '0-0',
      at: 1,
      places: 1,
      timeline: expect.any(Object) as object,
      failure: { code: 'not_found', message: 'Answered 404' },
    });
  });

  it('counts no attempt while the host is cooling down', async () => {
    const until = new Date(1_000_000);
    const cooling = new HostCoolingDown('Asked to wait', 'http_429', until);
    expect(await failing(cooling, 3)).toEqual({
      ref: '0-0',
      at: 3,
      places: 1,
      failure: { code: 'http_429', message: 'Asked to wait' },
      retryAt: until,
    });
  });

  it.each([
    [0, 1_000],
    [1, 2_000],
    [5, 32_000],
    [10, 10 * MINUTE_MS],
    [98, 10 * MINUTE_MS],
  ])('after %i attempts waits %i ms: twice as long each time, up to ten minutes', async (n, ms) => {
    const [least, most] = await pauseAfter(ImageError.retryable('timeout', 'No answer'), n);
    expect(least).toBeLessThanOrEqual(ms);
    expect(most).toBeGreaterThanOrEqual(ms);
  });

  it.each([
    [5_000, 5_000],
    [60 * MINUTE_MS, 10 * MINUTE_MS],
  ])('after a Retry-After of %i ms waits %i ms', async (retryAfterMs, ms) => {
    const error = ImageError.retryable('http_5xx', 'Answered 503', { retryAfterMs });
    const [least, most] = await pauseAfter(error, 5);
    expect(least).toBeLessThanOrEqual(ms);
    expect(most).toBeGreaterThanOrEqual(ms);
  });

  it('fails an image after its last attempt', async () => {
    const outcome = await failing(ImageError.retryable('timeout', 'No answer'), 99);
    expect(outcome).toEqual({
      ref: '0-0',
      at: 100,
      places: 1,
      timeline: expect.any(Object) as object,
      failure: { code: 'timeout', message: 'No answer' },
    });
  });
});

describe('the timeline of an attempt', () => {
  const queued_at = new Date(1_000_000);

  /** Attempts an image that has been retried so often. */
  async function timelineAfter(process: ImagePipeline['process'], retries: number) {
    const retried = Array.from({ length: retries }, (_, index) => ({
      at: new Date(index),
      code: 'timeout' as const,
    }));
    const timeline = { queued_at, retried };
    const outcome = await attempt(process, retries, never, undefined, { timeline });
    return outcome.timeline;
  }

  it('has the steps that ended, and keeps what was before', async () => {
    const process: ImagePipeline['process'] = ({ onStep }) => {
      onStep?.('waited', 1.4, 20.6);
      onStep?.('downloaded', 20.6, 0);
      return Promise.reject(ImageError.permanent('corrupt_image', 'Damaged'));
    };
    const after = expect.any(Number) as number;
    expect(await timelineAfter(process, 1)).toEqual({
      queued_at,
      retried: [{ at: new Date(0), code: 'timeout' }],
      last: {
        began_at: expect.any(Date) as Date,
        steps: { waited: [after, 1], downloaded: [after, 21] },
        ended: after,
      },
    });
  });

  it('has only its error while another attempt follows', async () => {
    const failing = () => Promise.reject(ImageError.retryable('http_5xx', 'Answered 503'));
    expect(await timelineAfter(failing, 0)).toEqual({
      queued_at,
      retried: [{ at: expect.any(Date) as Date, code: 'http_5xx' }],
    });
  });

  it('keeps the newest ten errors', async () => {
    const failing = () => Promise.reject(ImageError.retryable('http_5xx', 'Answered 503'));
    const { retried = [] } = (await timelineAfter(failing, 10)) ?? {};
    expect(retried).toHaveLength(10);
    expect(retried[0]).toEqual({ at: new Date(1), code: 'timeout' });
    expect(retried[9]?.code).toBe('http_5xx');
  });
});

describe('attemptImage(…) of a link', () => {
  /** Returns what the pipeline is asked for. */
  async function wantedOf(url: string): Promise<WantedImage> {
    const wanted: WantedImage[] = [];
    const process: ImagePipeline['process'] = (image) => {
      wanted.push(image);
      return Promise.reject(ImageError.permanent('not_found', 'Answered 404'));
    };
    await attempt(process, 0, never, url);
    const [first] = wanted;
    if (first === undefined) throw new Error('Expected the pipeline to be asked');
    return first;
  }

  it('reads the recorded image of a data: link when the pipeline asks for it', async () => {
    const { link, readData } = await wantedOf('data:image/png (1 KB)');
    expect(link).toBe('data:image/png (1 KB)');
    expect(await readData?.()).toBe(DATA);
  });

  it('reads no recorded image for other links', async () => {
    expect(await wantedOf('http://origin.example/a.jpg')).not.toHaveProperty('readData');
  });

  it.each([
    [
      'https://www.dropbox.com/s/a1/mug.jpg',
      /HTML page; share the picture itself on Dropbox with /,
    ],
    ['www.dropbox.com/s/a1/mug.jpg', /HTML page; share the picture itself on Dropbox with /],
    ['https://evil-dropbox.com/s/a1/mug.jpg', /HTML page$/],
    ['data:image/png (1 KB)', /HTML page$/],
  ])('to %s that shows a page fails with advice where there is some', async (url, message) => {
    const error = ImageError.permanent('not_an_image', 'Expected an image, received an HTML page');
    const outcome = await attempt(() => Promise.reject(error), 0, never, url);
    expect(outcome).toMatchObject({
      failure: { code: 'not_an_image', message: expect.stringMatching(message) as string },
    });
  });

  it('gives no such advice for a picture that is too large', async () => {
    const error = ImageError.permanent('too_large', 'Expected at most 10 bytes, received 11');
    const url = 'https://www.dropbox.com/s/a1/mug.jpg';
    expect(await attempt(() => Promise.reject(error), 0, never, url)).toMatchObject({
      failure: { message: 'Expected at most 10 bytes, received 11' },
    });
  });
});

describe('tallyOf(images, round)', () => {
  it('counts occurrences, and the bytes of an image once', () => {
    const images = [
      imageRecord(ID, '0-0', { ...succeeded('0-0'), places: 3 }),
      imageRecord(ID, '0-1', { ...failed(), places: 2 }),
      imageRecord(ID, '0-2'),
    ];
    expect(tallyOf(images, 1)).toEqual({ succeeded: 3, failed: 2, bytesIn: 100, bytesOut: 40 });
  });

  it('omits what an earlier round has counted', () => {
    const images = [
      imageRecord(ID, '0-0', { ...succeeded('0-0'), round: 1 }),
      imageRecord(ID, '0-1', { ...succeeded('0-1'), round: 2 }),
    ];
    expect(tallyOf(images, 2)).toMatchObject({ succeeded: 1, bytesIn: 100 });
  });
});

describe('isDue(image, now)', () => {
  it.each([
    ['true for an image without attempts', {}, true],
    ['true for an image whose wait is over', { retry_at: new Date(1_000) }, true],
    ['false for an image whose wait is not over', { retry_at: new Date(1_001) }, false],
    ['false for an image that succeeded', succeeded('0-0'), false],
    ['false for an image that failed', failed(), false],
  ])('is %s', (_, change, expected) => {
    expect(isDue(imageRecord(ID, '0-0', change), 1_000)).toBe(expected);
  });
});

describe('dueInMs(image)', () => {
  it.each([null, new Date(0)])('is at least a millisecond for %j', (retry_at) => {
    expect(dueInMs(imageRecord(ID, '0-0', { retry_at }))).toBe(1);
  });
});

describe('requireOpenRound(deps, round)', () => {
  const stage = startActivityStage();

  it.each<RequestState>(['pending', 'processing'])(
    'returns a request that is %s',
    async (state) => {
      const requestId = await stage.recorded({ state, round: 2 });
      expect(await requireOpenRound(stage.deps, { requestId, round: 2 })).toMatchObject({
        _id: requestId,
        state,
      });
    },
  );

  it.each<[RequestState, number]>([
    ['completed', 2],
    ['cancelled', 2],
    ['withdrawn', 2],
    ['processing', 1],
    ['processing', 3],
  ])(
    'throws a non-retryable failure for a request that is %s in round %i',
    async (state, round) => {
      const requestId = await stage.recorded({ state, round });
      await expect(requireOpenRound(stage.deps, { requestId, round: 2 })).rejects.toMatchObject({
        type: 'round_closed',
        nonRetryable: true,
      });
    },
  );

  it('throws for a request that does not exist', async () => {
    await expect(requireOpenRound(stage.deps, { requestId: ID, round: 1 })).rejects.toMatchObject({
      type: 'round_closed',
    });
  });
});
