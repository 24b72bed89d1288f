import { PROGRESS_QUERY } from '../../workflows/names';
import { finished, sheetOf, uploaded } from '../support/calls';
import { endCommands, startCommand } from '../support/command';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

/** More than a page of a bulk retry. */
const REQUESTS = 25;

describe('A bulk retry that is under way', () => {
  let service: Service;
  let origin: Origin;
  let ids: string[];

  beforeEach(async () => {
    origin = await startOrigin();
    service = await startService();
    const link = `${origin.url}/mended.jpg`;
    ids = await Promise.all(
      Array.from({ length: REQUESTS }, () => uploaded(service.url, sheetOf([link]))),
    );
    for (const id of ids) expect((await finished(service.url, id)).status).toBe('failed');
    origin.on('/mended.jpg', bytes(await photo()));
  });
  afterEach(async () => {
    await endCommands();
    await service.stop();
    await origin.stop();
  });

  const start = async () => {
    const { workflowId } = await service.operations.retryAll(
      { status: ['failed'], since: null, until: null },
      1,
    );
    return service.client.workflow.getHandle(workflowId);
  };

  /** How many requests are in their second round. */
  async function reopened(): Promise<number> {
    const found = await Promise.all(ids.map((id) => service.records.requests.find(id)));
    return found.filter((record) => record?.round === 2).length;
  }

  const halfWay = () => eventually(reopened, (count) => count > 0);

  it('survives the death of its worker: every request is retried, once', async () => {
    await service.stopWorker();
    const bulk = await start();
    const dying = startCommand('worker', service.workerEnv);
    expect(await halfWay()).toBeLessThan(REQUESTS);
    dying.kill('SIGKILL');
    await dying.ended;
    expect(await reopened()).toBeLessThan(REQUESTS);

    await service.startWorker();
    expect(await bulk.result()).toEqual({ retried: REQUESTS, skipped: 0 });
    for (const id of ids) expect((await finished(service.url, id)).status).toBe('completed');
    expect(await reopened()).toBe(REQUESTS);
    // The first attempts at all, and the second ones: a picture that was in flight may come once more.
    expect(origin.hits('/mended.jpg')).toBeGreaterThanOrEqual(2 * REQUESTS);
  });

  it('is stopped half-way, and has counted what it retried', async () => {
    const bulk = await start();
    await halfWay();
    await bulk.cancel();
    await expect(bulk.result()).rejects.toThrow('Workflow execution cancelled');

    const retried = await reopened();
    expect(retried).toBeLessThan(REQUESTS);
    expect(await bulk.query(PROGRESS_QUERY)).toEqual({ retried, skipped: 0 });
    expect(
      await eventually(
        () => service.records.requests.countByState(),
        ({ completed }) => completed === retried,
      ),
    ).toMatchObject({ failed: REQUESTS - retried });
  });
});
