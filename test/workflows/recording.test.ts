import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIdOf } from '../../workflows/names';
import { call } from '../support/api';
import {
  finished,
  imagesOf,
  json,
  requestOf,
  resultOf,
  statusOf,
  uploaded,
} from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { LARGE_ROWS as ROWS, largeSheetOf } from '../support/largeSheet';
import { picture } from '../support/pictures';
import { startService, type Service } from '../support/service';

/** The images of the first rows; those behind repeat them. */
const IMAGES = 20;
/** Rows that are recorded before the recording is held. */
const BEFORE_HOLD = 250;

/** Holds the recording of rows behind the first ones, in a real service. */
function holdRecording(service: Service) {
  const { rows } = service.records;
  const insert = rows.insert.bind(rows);
  let end: (error?: Error) => void = () => undefined;
  const released = new Promise<void>((resolve, reject) => {
    end = (error) => {
      if (error === undefined) resolve();
      else reject(error);
    };
  });
  released.catch(() => undefined);
  const spy = jest.spyOn(rows, 'insert').mockImplementation(async (given) => {
    if ((given[0]?.number ?? 0) > BEFORE_HOLD) await released;
    await insert(given);
  });
  return {
    release() {
      spy.mockRestore();
      end();
    },
    /** The activity fails, and runs again. */
    fail() {
      spy.mockRestore();
      end(new Error('The worker has died'));
    },
  };
}

/** How a recording that was held ends. After a failure, another attempt or run records the rest. */
const ENDINGS = [
  ['goes on', 'release'],
  ['fails', 'fail'],
] as const;

const imageCounts = async (service: Service, id: string) =>
  (await requestOf(service.url, id)).counts;

describe('A large sheet', () => {
  let origin: Origin;
  let service: Service;
  let image: Buffer;

  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService();
    image = await picture(2, 2).png().toBuffer();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });

  /** Returns a large sheet, and the links that it repeats. */
  function largeSheet(name: string, images = IMAGES) {
    const links = Array.from({ length: images }, (_, index) =>
      origin.on(`/${name}/${index}.png`, bytes(image)),
    );
    return { csv: largeSheetOf(links), links };
  }

  it('is processed while it is being recorded, with counts that are right from the start', async () => {
    const held = holdRecording(service);
    const { csv, links } = largeSheet('beside');
    const id = await uploaded(service.url, csv);
    expect(await imageCounts(service, id)).toEqual({
      total: ROWS,
      succeeded: 0,
      failed: 0,
      pending: ROWS,
    });
    // The other places of these images are not known yet.
    await eventually(
      () => imageCounts(service, id),
      ({ succeeded }) => succeeded >= IMAGES,
    );
    expect((await requestOf(service.url, id)).sheet.rows).toBe(ROWS);
    const images = `${service.url}/image/requests/${id}/images`;
    for (const query of ['?limit=1000', `?cursor=${BEFORE_HOLD + 1}.0`]) {
      // The rows behind are still to come.
      expect(await json(images + query)).toMatchObject({ next_cursor: `${BEFORE_HOLD + 1}.0` });
    }
    held.release();
    expect(await finished(service.url, id)).toMatchObject({
      status: 'completed',
      details: `${ROWS} of ${ROWS} images compressed`,
    });
    expect(await imagesOf(service.url, id)).toHaveLength(ROWS);
    for (const link of links) expect(origin.hits(new URL(link).pathname)).toBe(1);
  });

  it('counts places that are found after their image is done, before the request has ended', async () => {
    const held = holdRecording(service);
    const { csv } = largeSheet('late');
    let answer: () => void = () => undefined;
    const last = origin.on('/late/last.png', (response) => {
      answer = () => response.end(image);
    });
    const id = await uploaded(service.url, `${csv}${ROWS + 1},Last,${last}\n`);
    await eventually(
      () => imageCounts(service, id),
      ({ succeeded }) => succeeded >= IMAGES,
    );
    held.release();
    await eventually(
      () => imageCounts(service, id),
      ({ pending }) => pending === 1,
    );
    expect(await statusOf(service.url, id)).toMatchObject({
      status: 'processing',
      details: `${ROWS} of ${ROWS + 1} images compressed, 1 to go`,
    });
    await eventually(
      () => origin.hits('/late/last.png'),
      (hits) => hits > 0,
    );
    answer();
    await finished(service.url, id);
  });

  it.each(ENDINGS)(
    'that is cancelled while the recording %s has all of its rows in its result, and can be retried',
    async (_, end) => {
      const held = holdRecording(service);
      const { csv } = largeSheet(`cancelled-${end}`, ROWS);
      const id = await uploaded(service.url, csv);
      const requestUrl = `${service.url}/image/requests/${id}`;
      await eventually(
        () => imageCounts(service, id),
        ({ succeeded }) => succeeded > 0,
      );
      expect((await call(`${requestUrl}/cancel`, { method: 'POST' })).status).toBe(202);
      held[end]();
      expect(await finished(service.url, id)).toMatchObject({ status: 'cancelled' });
      const { total, succeeded, pending } = await imageCounts(service, id);
      expect([total, succeeded + pending]).toEqual([ROWS, ROWS]);
      expect((await resultOf(service.url, id)).trim().split('\n')).toHaveLength(ROWS + 1);

      expect((await call(`${requestUrl}/retry`, { method: 'POST' })).status).toBe(202);
      expect(await finished(service.url, id)).toMatchObject({ status: 'completed' });
    },
  );

  it('is recorded exactly when the recording fails half-way', async () => {
    const held = holdRecording(service);
    const { csv } = largeSheet('failing');
    const id = await uploaded(service.url, csv);
    await eventually(
      () => imageCounts(service, id),
      ({ succeeded }) => succeeded > 0,
    );
    held.fail();
    expect(await finished(service.url, id)).toMatchObject({
      details: `${ROWS} of ${ROWS} images compressed`,
    });
    const images = await imagesOf(service.url, id);
    expect(images.map(({ row, position }) => [row, position])).toEqual(
      Array.from({ length: ROWS }, (_, index) => [index + 1, 1]),
    );
    expect(new Set(images.map(({ output_url }) => output_url)).size).toBe(IMAGES);
  });

  it('that is lost ends with what was recorded, and says so', async () => {
    const held = holdRecording(service);
    const { csv } = largeSheet('lost');
    const id = await uploaded(service.url, csv);
    await eventually(
      () => imageCounts(service, id),
      ({ succeeded }) => succeeded > 0,
    );
    await rm(path.join(service.dataDir, 'results', id, 'upload.csv'));
    held.fail();
    const { status, details } = await finished(service.url, id);
    expect(status).toBe('completed_with_errors');
    expect(details).toContain(
      `failed; the uploaded sheet of request ${id} cannot be read: it is not in the storage`,
    );
    const { total, succeeded, failed } = await imageCounts(service, id);
    expect(total).toBe(ROWS);
    expect(succeeded).toBeGreaterThanOrEqual(IMAGES);
    expect(succeeded + failed).toBe(ROWS);
  });
});

describe('A large sheet, continued as new', () => {
  let origin: Origin;
  let service: Service;
  let image: Buffer;

  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService({
      temporalAddress: process.env['TEST_TEMPORAL_SHORT_HISTORY_ADDRESS'],
    });
    image = await picture(2, 2).png().toBuffer();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });

  /** Uploads a large sheet of different images. */
  async function uploadLarge(name: string) {
    const links = Array.from({ length: ROWS }, (_, index) =>
      origin.on(`/${name}/${index}.png`, bytes(image)),
    );
    const id = await uploaded(service.url, largeSheetOf(links));
    return { id, links, run: service.client.workflow.getHandle(workflowIdOf(id)) };
  }

  /** Uploads a large sheet, and waits until the recording of its rows is told to stop, so that the next run continues it. */
  async function uploadInterrupted(name: string) {
    const large = await uploadLarge(name);
    await eventually(
      () => large.run.fetchHistory(),
      ({ events }) =>
        (events ?? []).some((event) => event.activityTaskCancelRequestedEventAttributes),
    );
    return large;
  }

  async function cancel(id: string): Promise<void> {
    const cancelled = await call(`${service.url}/image/requests/${id}/cancel`, { method: 'POST' });
    expect(cancelled.status).toBe(202);
  }

  it.each(ENDINGS)(
    'has all of its rows when it is cancelled while the recording is interrupted and %s',
    async (_, end) => {
      const held = holdRecording(service);
      const { id, run } = await uploadInterrupted(`interrupted-${end}`);
      await cancel(id);
      held[end]();
      expect(await finished(service.url, id)).toMatchObject({ status: 'cancelled' });
      const { total, succeeded, failed, pending } = await imageCounts(service, id);
      expect([total, failed, succeeded + pending]).toEqual([ROWS, 0, ROWS]);
      expect(succeeded).toBeGreaterThan(0);
      expect((await resultOf(service.url, id)).trim().split('\n')).toHaveLength(ROWS + 1);
      const { status } = await eventually(
        () => run.describe(),
        (latest) => latest.status.name !== 'RUNNING',
      );
      expect(status.name).toBe('CANCELLED');
    },
  );

  it('is cancelled also when its sheet is lost while the recording is interrupted', async () => {
    const held = holdRecording(service);
    const { id } = await uploadInterrupted('lost');
    await cancel(id);
    await rm(path.join(service.dataDir, 'results', id, 'upload.csv'));
    held.fail();
    const { status, details } = await finished(service.url, id);
    expect(status).toBe('cancelled');
    expect(details).toContain('cannot be read: it is not in the storage');
    const { total, succeeded, failed, pending } = await imageCounts(service, id);
    expect([total, succeeded + failed + pending]).toEqual([ROWS, ROWS]);
    expect(Math.min(succeeded, failed)).toBeGreaterThan(0);
  });

  it('is recorded exactly when the recording fails after it was interrupted', async () => {
    const held = holdRecording(service);
    const { id, links } = await uploadInterrupted('failing');
    held.fail();
    expect(await finished(service.url, id)).toMatchObject({
      details: `${ROWS} of ${ROWS} images compressed`,
    });
    expect(await imagesOf(service.url, id)).toHaveLength(ROWS);
    for (const link of links) expect(origin.hits(new URL(link).pathname)).toBe(1);
  });

  it('is recorded exactly by several runs', async () => {
    // The first run is interrupted while rows are being recorded.
    const { rows: recorded } = service.records;
    const insert = recorded.insert.bind(recorded);
    const slow = jest.spyOn(recorded, 'insert').mockImplementation(async (given) => {
      await sleep(2_000);
      await insert(given);
    });
    const { id, links, run } = await uploadLarge('continued');
    const { runId } = await run.describe();
    await eventually(
      () => run.describe(),
      (latest) => latest.runId !== runId,
    );
    slow.mockRestore();
    expect(await finished(service.url, id)).toMatchObject({
      details: `${ROWS} of ${ROWS} images compressed`,
    });
    expect(await imagesOf(service.url, id)).toHaveLength(ROWS);
    for (const link of links) expect(origin.hits(new URL(link).pathname)).toBe(1);
  });
});
