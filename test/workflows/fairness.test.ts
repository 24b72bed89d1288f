import { workflowIdOf } from '../../workflows/names';
import { finished, imagesOf, sheetOf, statusOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { photo, picture } from '../support/pictures';
import { startService } from '../support/service';

const range = (length: number) => Array.from({ length }, (_, index) => index);
const thumbnail = () => picture(32, 24).jpeg().toBuffer();

const NO_TIMEOUT = { DOWNLOAD_TIMEOUT_MS: '600000', FIRST_BYTE_TIMEOUT_MS: '600000' };

const origins: Origin[] = [];
async function newOrigin(): Promise<Origin> {
  const origin = await startOrigin();
  origins.push(origin);
  return origin;
}
afterEach(async () => {
  await Promise.all(origins.splice(0).map((origin) => origin.stop()));
});

describe('fairness between requests', () => {
  it('finishes a request of 3 images while an earlier one of 1,000 is running', async () => {
    const service = await startService();
    const origin = await newOrigin();
    const body = await thumbnail();
    const linkOf = (name: string) => origin.on(`/${name}.jpg`, bytes(body));
    const large = await uploaded(
      service.url,
      sheetOf(...range(1_000).map((n) => [linkOf(`large-${n}`)])),
    );
    await eventually(
      () => origin.hits('/large-0.jpg'),
      (hits) => hits > 0,
    );
    const small = await uploaded(service.url, sheetOf(range(3).map((n) => linkOf(`small-${n}`))));
    expect(await finished(service.url, small)).toMatchObject({ status: 'completed' });
    expect(await statusOf(service.url, large)).toMatchObject({ status: 'processing' });

    await service.client.workflow.getHandle(workflowIdOf(large)).cancel();
    await finished(service.url, large);
    await service.stop();
  });
});

describe('fairness between hosts', () => {
  it('finishes the images of a fast host while those of a slow one hold all its permits', async () => {
    const service = await startService({
      env: { IMAGE_CONCURRENCY: '6', HOST_CONCURRENCY: '4', ...NO_TIMEOUT },
    });
    const [slow, fast] = [await newOrigin(), await newOrigin()];
    const body = await thumbnail();
    const held: (() => void)[] = [];
    let isHolding = true;
    const rows = range(50).map((n) => [
      slow.on(`/${n}.jpg`, (response) => {
        if (isHolding) held.push(() => response.end(body));
        else response.end(body);
      }),
      fast.on(`/${n}.jpg`, bytes(body)),
    ]);
    const id = await uploaded(service.url, sheetOf(...rows));
    await eventually(
      () => statusOf(service.url, id),
      ({ details }) => details === '50 of 100 images compressed, 50 to go',
    );
    const done = (await imagesOf(service.url, id)).filter((image) => image.status === 'succeeded');
    expect(done.every(({ source_url }) => source_url?.startsWith(fast.url))).toBe(true);
    await eventually(slow.open, (open) => open === 4);

    isHolding = false;
    for (const respond of held) respond();
    expect(await finished(service.url, id)).toMatchObject({
      status: 'completed',
      details: '100 of 100 images compressed',
    });
    await service.stop();
  });

  it('finishes a request while downloads from hosts that hang outnumber IMAGE_CONCURRENCY', async () => {
    const service = await startService({
      env: { IMAGE_CONCURRENCY: '2', HOST_CONCURRENCY: '2', ...NO_TIMEOUT },
    });
    const hanging = [await newOrigin(), await newOrigin(), await newOrigin()];
    const fast = await newOrigin();
    const body = await thumbnail();
    const links = range(20).flatMap((n) => hanging.map(({ on }) => [on(`/${n}.jpg`, () => null)]));
    const large = await uploaded(service.url, sheetOf(...links));
    await eventually(
      () => hanging.map(({ open }) => open()),
      (open) => open.every((count) => count === 2),
    );
    const quick = range(20).map((n) => [fast.on(`/${n}.jpg`, bytes(body))]);
    const small = await uploaded(service.url, sheetOf(...quick));
    expect(await finished(service.url, small)).toMatchObject({ status: 'completed' });
    expect(hanging.map(({ open }) => open())).toEqual([2, 2, 2]);

    await service.client.workflow.getHandle(workflowIdOf(large)).cancel();
    await finished(service.url, large);
    await service.stop();
  });

  it('does not contact a host during its Retry-After, which costs waiting images no attempt', async () => {
    const service = await startService({
      env: { HOST_CONCURRENCY: '1', IMAGE_MAX_ATTEMPTS: '1' },
    });
    const origin = await newOrigin();
    const body = await photo();
    const hits: number[] = [];
    const links = range(20).map((n) =>
      origin.on(`/${n}.jpg`, (response) => {
        hits.push(Date.now());
        if (hits.length === 1) status(429, { 'retry-after': '8' })(response, response.req);
        else response.end(body);
      }),
    );
    const id = await uploaded(service.url, sheetOf(...links.map((link) => [link])));
    const waiting = await eventually(
      async () => (await imagesOf(service.url, id)).filter((image) => image.status === 'pending'),
      (images) => images.length === 19 && images.every((image) => image.error !== null),
    );
    for (const { attempts, error } of waiting) {
      expect(attempts).toBe(0);
      expect(error).toMatchObject({
        code: 'http_429',
        message: expect.stringContaining(
          'is cooling down after HTTP 429 with Retry-After',
        ) as string,
      });
    }
    expect(hits).toHaveLength(1);

    // The rejected image has used its only attempt. If the cooldown cost an attempt, all would fail.
    expect(await finished(service.url, id)).toMatchObject({
      status: 'completed_with_errors',
      details: '19 of 20 images compressed, 1 failed',
    });
    const [rejected = 0, ...later] = hits;
    expect(later).toHaveLength(19);
    expect(Math.min(...later)).toBeGreaterThanOrEqual(rejected + 8_000);
    await service.stop();
  });
});
