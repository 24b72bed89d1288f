import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { imageKeyOf } from '../../src/storage/names';
import { workflowIdOf } from '../../workflows/names';
import { call } from '../support/api';
import { finished, imagesOf, resultOf, sheetOf, uploaded } from '../support/calls';
import { endCommands, startCommand, type Command } from '../support/command';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { openTestBucket, type TestBucket } from '../support/s3';
import { openClient, storeSettingsOf } from '../support/s3Client';
import { startService, type Service } from '../support/service';

const IMAGES = 48;

describe('An API and two workers with object storage, and a DATA_DIR each', () => {
  let bucket: TestBucket;
  let origin: Origin;
  let service: Service;
  let folders: string[];
  let workers: Command[];

  beforeAll(async () => {
    bucket = await openTestBucket();
    Object.assign(process.env, bucket.env);
    origin = await startOrigin();
    const storage = { ...bucket.env, STORAGE_URL: bucket.url };
    service = await startService({ worker: false, env: storage });
    const own = await Promise.all(
      ['first', 'second'].map(() => mkdtemp(path.join(tmpdir(), 'image-processor-'))),
    );
    folders = [service.dataDir, ...own];
    workers = own.map((DATA_DIR) =>
      startCommand('worker', { ...service.workerEnv, ...storage, DATA_DIR, LOG_LEVEL: 'info' }),
    );
    await Promise.all(workers.map((worker) => worker.says('The worker is ready')));
  });
  afterAll(async () => {
    await endCommands();
    await Promise.all(folders.slice(1).map((folder) => rm(folder, { recursive: true })));
    await service.stop();
    await origin.stop();
    await bucket.remove();
  });

  /** Returns the process ids of the workers that have done, or are doing, images of a request. */
  async function workersOf(requestId: string): Promise<number[]> {
    const run = service.client.workflow.getHandle(workflowIdOf(requestId));
    const { events } = await run.fetchHistory();
    const ofImages = new Set(
      (events ?? [])
        .filter(
          ({ activityTaskScheduledEventAttributes: scheduled }) =>
            scheduled?.activityType?.name === 'processImages',
        )
        .map(({ eventId }) => String(eventId)),
    );
    const identities = (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started }) =>
      started && ofImages.has(String(started.scheduledEventId)) ? [started.identity] : [],
    );
    const pids = identities.map((identity) => Number.parseInt(identity ?? '', 10));
    return [...new Set(pids)].sort((one, other) => one - other);
  }

  async function keysInBucket(): Promise<string[]> {
    const client = openClient(bucket);
    const Bucket = storeSettingsOf(bucket).bucket;
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    client.destroy();
    return Contents.flatMap(({ Key }) => Key ?? []).sort();
  }

  async function filesOf(folder: string): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  }

  it('serve a request whole, and leave no file in their folders', async () => {
    const picture = await photo();
    const held: (() => void)[] = [];
    let isOpen = false;
    const links = Array.from({ length: IMAGES }, (_, number) =>
      origin.on(`/${number}.jpg`, (response, request) => {
        const answer = () => {
          bytes(picture)(response, request);
        };
        if (isOpen) answer();
        else held.push(answer);
      }),
    );
    const sheet = sheetOf(links.slice(0, 1), links.slice(1));
    const id = await uploaded(service.url, sheet);
    // Which worker gets an image is up to Temporal. Images are released one by one until each worker has had some.
    for (let done = 0; done < IMAGES - 1 && (await workersOf(id)).length < 2; done += 1) {
      await eventually(
        () => held.length,
        (count) => count > 0,
      );
      held.pop()?.();
      await eventually(
        () => imagesOf(service.url, id, { status: 'succeeded' }),
        ({ length }) => length > done,
      );
    }
    isOpen = true;
    for (const answer of held) answer();
    expect(await finished(service.url, id)).toMatchObject({ status: 'completed' });
    const pids = workers.map(({ pid }) => pid).sort((one, other) => one - other);
    expect(await workersOf(id)).toEqual(pids);

    const rows: string[][] = parse(await resultOf(service.url, id));
    const outputs = rows.slice(1).flatMap((cells) => cells.at(-1)?.split(',') ?? []);
    expect(rows.map((cells) => cells.length)).toEqual([4, 4, 4]);
    expect(outputs).toHaveLength(IMAGES);
    for (const url of outputs) {
      const image = await call(url);
      expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
      expect((await image.arrayBuffer()).byteLength).toBeGreaterThan(0);
    }
    const names = outputs.map((url) => path.basename(url));
    const keys = names.map((name) => imageKeyOf('prefix', id, name));
    const sheets = ['failed-1', 'result-1', 'upload'].map(
      (name) => `prefix/results/${id}/${name}.csv`,
    );
    expect(await keysInBucket()).toEqual([...keys.sort(), ...sheets]);
    for (const folder of folders) {
      // Nothing below `files` or `results`, and no temporary file any more.
      expect(await filesOf(folder)).toEqual([]);
    }
  });
});
