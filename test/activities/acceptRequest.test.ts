import { createAcceptRequest } from '../../activities/acceptRequest';
import type { Task } from '../../activities/types';
import { called } from '../support/activityEnvironment';
import { startActivityStage } from '../support/activityStage';
import { imageRecord } from '../support/recorded';

const stage = startActivityStage();
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

const accept = (requestId: string, task: Task = 'process') =>
  called(createAcceptRequest(stage.deps), { requestId, round: 1, task });

/** Returns the names that the images of these links get in the Web UI. */
async function namesOf(...links: string[]) {
  const id = await stage.recorded({ state: 'pending', lanes: [links.length] }, (request) =>
    links.map((url, number) => imageRecord(request, `0-${number}`, { url })),
  );
  return (await accept(id)).names;
}

describe('acceptRequest', () => {
  it('starts the round of a complete upload', async () => {
    const id = await stage.recorded({ state: 'uploading', started_at: null });
    expect(await accept(id)).toMatchObject({ status: 'processing', searchAttributes: true });
    expect(await stage.deps.records.requests.find(id)).toMatchObject({
      state: 'processing',
      started_at: expect.any(Date) as Date,
    });
  });

  it('rejects a finished request', async () => {
    const id = await stage.recorded({ state: 'completed' });
    await expect(accept(id)).rejects.toMatchObject({ type: 'round_closed' });
  });

  it.each<Task>(['deliver', 'settle'])(
    'returns the outcome to a run with the task %s',
    async (task) => {
      const id = await stage.recorded({ state: 'failed' });
      expect(await accept(id, task)).toMatchObject({ status: 'failed', names: null });
    },
  );

  it('names an image by the last part of its path, without host and query', async () => {
    expect(
      await namesOf('http://origin.example/a/front.jpg?token=secret', 'http://origin.example/b/'),
    ).toEqual([['front.jpg', 'b']]);
  });

  it('names an image "image" when its link has no path or is invalid', async () => {
    expect(await namesOf('http://origin.example', 'http://[')).toEqual([['image', 'image']]);
  });

  it('names an image that is written into its link by what is shown of it', async () => {
    expect(await namesOf('data:image/png (12 KB)')).toEqual([['data:image/png (12 KB)']]);
  });

  it('truncates long names', async () => {
    const names = await namesOf(`http://origin.example/${'a'.repeat(100)}.jpg`);
    expect(names).toEqual([['a'.repeat(60)]]);
  });

  it('names the images of a request with up to a hundred, and none of a larger request', async () => {
    const link = (number: number) => `http://origin.example/${number}.jpg`;
    expect((await namesOf(...upTo(100).map(link)))?.[0]).toHaveLength(100);
    expect(await namesOf(...upTo(101).map(link))).toBeNull();
  });
});
