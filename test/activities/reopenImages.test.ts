import { CancelledFailure } from '@temporalio/activity';
import { createReopenImages } from '../../activities/reopenImages';
import type { ImageRecord } from '../../src/records/types';
import { called, calledCancelled } from '../support/activityEnvironment';
import { startActivityStage } from '../support/activityStage';
import { failed, imageRecord, succeeded } from '../support/recorded';

const stage = startActivityStage();
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A request in its second round. */
const retried = (lanes: readonly number[], images: (requestId: string) => readonly ImageRecord[]) =>
  stage.recorded({ round: 2, lanes }, images);

const reopen = (requestId: string) =>
  called(createReopenImages(stage.deps), { requestId, round: 2 });

describe('reopenImages', () => {
  it('lists the images that did not succeed, as ranges per lane', async () => {
    const id = await retried([5, 1, 2], (request) => [
      imageRecord(request, '0-0', failed()),
      imageRecord(request, '0-1', failed()),
      imageRecord(request, '0-2', succeeded('0-2')),
      // Closed when its round was cancelled.
      imageRecord(request, '0-3', { round: null }),
      imageRecord(request, '0-4', failed()),
      imageRecord(request, '1-0', succeeded('1-0')),
      imageRecord(request, '2-0', succeeded('2-0')),
      imageRecord(request, '2-1', failed()),
    ]);
    expect(await reopen(id)).toEqual([
      [
        [0, 2],
        [3, 2],
      ],
      [],
      [[1, 1]],
    ]);
  });

  it('resets the attempts of failed images', async () => {
    const id = await retried([1], (request) => [imageRecord(request, '0-0', failed())]);
    await reopen(id);
    const images = await stage.deps.records.images.findMany(id, ['0-0']);
    expect(images.get('0-0')).toMatchObject({
      status: 'pending',
      round: 2,
      attempts: 0,
      error: null,
    });
  });

  it('does not change images that succeeded', async () => {
    const id = await retried([1], (request) => [imageRecord(request, '0-0', succeeded('0-0'))]);
    await reopen(id);
    const images = await stage.deps.records.images.findMany(id, ['0-0']);
    expect(images.get('0-0')).toEqual(imageRecord(id, '0-0', succeeded('0-0')));
  });

  it('when it runs again, also lists what the round has done, and resets none of it', async () => {
    const id = await retried([3], (request) => [
      imageRecord(request, '0-0', { ...succeeded('0-0'), round: 2 }),
      imageRecord(request, '0-1', { ...failed(), round: 2 }),
      imageRecord(request, '0-2', { ...succeeded('0-2'), round: 1 }),
    ]);
    expect(await reopen(id)).toEqual([[[0, 2]]]);
    const images = await stage.deps.records.images.findMany(id, ['0-0', '0-1']);
    expect([...images.values()].map(({ status }) => status).sort()).toEqual([
      'failed',
      'succeeded',
    ]);
  });

  it('joins ranges across batches', async () => {
    const id = await retried([2_500], (request) =>
      upTo(2_500).map((number) => imageRecord(request, `0-${number}`, failed())),
    );
    expect(await reopen(id)).toEqual([[[0, 2_500]]]);
  });

  it('skips an image without a record', async () => {
    const id = await retried([2], (request) => [imageRecord(request, '0-1', failed())]);
    expect(await reopen(id)).toEqual([[[1, 1]]]);
  });

  it('stops when the request is cancelled', async () => {
    const id = await retried([1], (request) => [imageRecord(request, '0-0', failed())]);
    const reopened = calledCancelled(createReopenImages(stage.deps), { requestId: id, round: 2 });
    await expect(reopened).rejects.toBeInstanceOf(CancelledFailure);
  });
});
