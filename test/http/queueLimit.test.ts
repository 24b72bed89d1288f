import { randomUUID } from 'node:crypto';
import { clientOf } from '../support/api';
import { sheetOf, upload } from '../support/calls';
import { eventually } from '../support/eventually';
import { startOrigin, type Origin } from '../support/origin';
import { requestRecord } from '../support/recorded';
import { startService, type Service } from '../support/service';
import { isFinished } from '../../contract/statuses';

const LIMIT = 5;
const NAMES = ['full', 'b', 'same', 'moment', 'done', 'again', 'wide'];
/** The keys without a name. */
const UNNAMED = ['plain-1', 'plain-2'];

/** Nothing is processed, so that images stay queued, except where a test starts the worker. */
describe('MAX_QUEUED_IMAGES_PER_CALLER', () => {
  let service: Service;
  let origin: Origin;
  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService({
      worker: false,
      env: {
        MAX_QUEUED_IMAGES_PER_CALLER: String(LIMIT),
        API_KEYS: [...NAMES.map((name) => `${name}:write:${name}`), ...UNNAMED].join(','),
      },
    });
  });
  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });

  /** Uploads a CSV with as many links, none of which has an image. */
  async function add(key: string, images: number, headers: Record<string, string> = {}) {
    const links = Array.from({ length: images }, (_, index) => `${origin.url}/${index}.jpg`);
    const response = await upload(service.url, sheetOf(links), {
      headers: { 'x-api-key': key, ...headers },
    });
    const retryAfter = response.headers.get('retry-after');
    const body = (await response.json()) as { request_id?: string; detail?: string };
    return { status: response.status, retryAfter, ...body };
  }
  async function added(key: string, images: number): Promise<string> {
    const { request_id = '' } = await add(key, images);
    expect(request_id).not.toBe('');
    return request_id;
  }
  /** Runs the worker until the request is finished. */
  async function finish(key: string, id: string): Promise<void> {
    await service.startWorker();
    await eventually(
      () => clientOf(service.url, key).status(id),
      ({ status }) => isFinished(status),
    );
    await service.stopWorker();
  }

  it('refuses an upload that would exceed it, and says how many are queued', async () => {
    await added('full', 3);
    const before = await service.count();
    expect(await add('full', 3)).toEqual({
      status: 429,
      retryAfter: '60',
      detail:
        'Expected at most 5 queued images of one caller, received 3 besides the 3 queued; ' +
        'send it again when some of them are done, or raise MAX_QUEUED_IMAGES_PER_CALLER',
    });
    expect(await service.count()).toEqual(before);
    expect(await add('full', 2)).toMatchObject({ status: 200 });
    expect(await add('full', 1)).toMatchObject({ status: 429 });
    expect(await add('b', LIMIT)).toMatchObject({ status: 200 });
  });

  it('advises to split a file that is larger than the limit', async () => {
    expect(await add('wide', LIMIT + 1)).toMatchObject({
      status: 429,
      detail:
        'Expected at most 5 queued images of one caller, received 6 besides the 0 queued; ' +
        'split the file, or raise MAX_QUEUED_IMAGES_PER_CALLER',
    });
  });

  it('is shared by callers without a name, also with requests of older versions', async () => {
    const old = { total: 2, succeeded: 0, failed: 1, pending: 1 };
    await service.records.requests.create(requestRecord({ _id: randomUUID(), counts: old }));
    await added('plain-1', 3);
    expect(await add('plain-2', 2)).toMatchObject({ status: 429 });
    expect(await add('plain-2', 1)).toMatchObject({ status: 200 });
  });

  it('answers a repeated upload with the id of the first, however many are queued', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await add('same', LIMIT, headers);
    expect(first).toMatchObject({ status: 200 });
    expect(await add('same', LIMIT, headers)).toEqual(first);
  });

  it('is not exceeded by uploads at the same moment', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => add('moment', 2)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(2);
    expect(statuses.every((status) => status === 200 || status === 429)).toBe(true);
    const accepted = statuses.filter((status) => status === 200).length;
    expect(await service.records.requests.countQueued('moment', '')).toBe(2 * accepted);
  });

  it('counts no images of requests that are finished', async () => {
    const id = await added('done', LIMIT);
    expect(await add('done', 1)).toMatchObject({ status: 429 });
    await finish('done', id);
    expect(await add('done', LIMIT)).toMatchObject({ status: 200 });
  });

  it('does not refuse a retry, and counts its images while they run', async () => {
    const id = await added('again', 2);
    await finish('again', id);
    await added('again', 4);
    await expect(clientOf(service.url, 'again').retry(id)).resolves.toMatchObject({
      status: 'pending',
    });
    expect(await add('again', 1)).toMatchObject({
      status: 429,
      detail: expect.stringContaining('received 1 besides the 6 queued') as string,
    });
  });
});
