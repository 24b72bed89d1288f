import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ActivityCancellationDetails } from '@temporalio/common';
import { mongo } from 'mongoose';
import {
  deliveryFailed,
  imageGivenUp,
  imageWaits,
  interrupted,
  transientOf,
} from '../../activities/failure';
import { DeliveryError, ImageError, ProcessDied } from '../../src/errors';
import { activityEnvironment } from '../support/activityEnvironment';

const FAILURE = { code: 'http_5xx', message: 'Answered 503' } as const;

describe('transientOf(error)', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'])(
    'converts the disk error %s to a failure that Temporal retries',
    (code) => {
      const error = Object.assign(new Error('write failed'), { code });
      expect(transientOf(error)).toMatchObject({
        type: 'storage_unavailable',
        nonRetryable: false,
        message:
          'Expected to write below DATA_DIR, received write failed; free space there; work continues by itself',
        cause: error,
      });
    },
  );

  it('converts the death of the download process to a failure that Temporal retries', () => {
    const error = new ProcessDied('crash', 'SIGSEGV');
    expect(transientOf(error)).toMatchObject({
      type: 'process_died',
      nonRetryable: false,
      message: 'The process that downloads images died (SIGSEGV); its images are processed again',
      cause: error,
    });
  });

  it('converts a connection error of MongoDB to a failure that Temporal retries', () => {
    const error = new mongo.MongoNetworkError('connection reset');
    expect(transientOf(error)).toMatchObject({
      type: 'mongodb_unavailable',
      nonRetryable: false,
      message: 'Expected MongoDB to answer, received connection reset; work continues when it does',
      cause: error,
    });
  });

  it.each([
    ['a fault in our code', new TypeError('x is not a function')],
    ['a missing file', Object.assign(new Error('no such file'), { code: 'ENOENT' })],
    ['a write that MongoDB rejected', new mongo.MongoServerError({ code: 11_000 })],
    ['a failure of Temporal', imageWaits(FAILURE, 5)],
    ['a cancellation', new CancelledFailure('The request was cancelled')],
    ['an image error', ImageError.permanent('not_found', 'Answered 404')],
    ['a value that is not an error', 'text'],
  ])('returns %s unchanged', (_, error) => {
    expect(transientOf(error)).toBe(error);
  });
});

describe('imageWaits(failure, dueInMs)', () => {
  it('is retried when the image is due', () => {
    expect(imageWaits(FAILURE, 1_500)).toMatchObject({
      type: 'http_5xx',
      message: 'Answered 503',
      nonRetryable: false,
      nextRetryDelay: 1_500,
    });
  });

  it('is retried immediately, not by the retry policy, when the image is already due', () => {
    expect(imageWaits(FAILURE, 0).nextRetryDelay).toBe(1);
    expect(imageWaits(FAILURE, -5).nextRetryDelay).toBe(1);
  });
});

describe('imageGivenUp(failure, tally)', () => {
  it('is not retried, and carries the counts for the workflow', () => {
    const tally = { succeeded: 0, failed: 2, bytesIn: 0, bytesOut: 0 };
    expect(imageGivenUp(FAILURE, tally)).toMatchObject({
      type: 'http_5xx',
      message: 'Answered 503',
      nonRetryable: true,
      details: [tally],
    });
  });
});

describe('deliveryFailed(error, nextRetryInMs)', () => {
  it('has the status of the response in its type', () => {
    const error = new DeliveryError('Answered 503', 503, true, undefined);
    expect(deliveryFailed(error, 2_000)).toMatchObject({
      type: 'webhook_http_503',
      message: 'Answered 503',
      nonRetryable: false,
      nextRetryDelay: 2_000,
    });
  });

  it('has the type webhook_unreachable when there is no response', () => {
    const error = new DeliveryError('No answer', null, true, undefined);
    expect(deliveryFailed(error, 2_000).type).toBe('webhook_unreachable');
  });

  it('is not retried when no further attempt is due', () => {
    const error = new DeliveryError('Answered 410', 410, false, undefined);
    expect(deliveryFailed(error, null).nonRetryable).toBe(true);
  });
});

describe('interrupted()', () => {
  it('is retried immediately on another worker when this one shuts down', async () => {
    const env = activityEnvironment();
    env.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
    const failure = await env.run(() => Promise.resolve(interrupted()));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      type: 'worker_shutdown',
      nonRetryable: false,
      nextRetryDelay: 1,
    });
  });

  it('is a cancellation when the request was cancelled', async () => {
    const env = activityEnvironment();
    env.cancel();
    expect(await env.run(() => Promise.resolve(interrupted()))).toBeInstanceOf(CancelledFailure);
  });

  it('is a cancellation when Temporal gave no reason', async () => {
    const env = activityEnvironment();
    expect(await env.run(() => Promise.resolve(interrupted()))).toBeInstanceOf(CancelledFailure);
  });
});
