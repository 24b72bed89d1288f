import type { System } from '../../contract/http/system';
import type { SystemPart } from '../../contract/system';
import { workflowIdOf } from '../../workflows/names';
import type { Client } from '../../client';
import { clientOf } from '../support/api';
import { sheetOf } from '../support/calls';
import { eventually } from '../support/eventually';
import { leaveBehind } from '../support/leftover';
import { startMongodbLine, type MongodbLine } from '../support/mongodbLine';
import { stall, startOrigin, status, type Origin } from '../support/origin';
import { startService, type Service } from '../support/service';

describe('GET /image/system', () => {
  let service: Service;
  let origins: readonly [Origin, Origin, Origin];
  const client = (key: string): Client => clientOf(service.url, key);
  const system = (key: string) => client(key).system();

  beforeAll(async () => {
    origins = await Promise.all([startOrigin(), startOrigin(), startOrigin()]);
    service = await startService({
      env: { API_KEYS: 'shop:read:r,desk:operate:o' },
    });
  });
  afterAll(async () => {
    await service.stop();
    await Promise.all(origins.map((origin) => origin.stop()));
  });

  const upload = (...links: readonly string[]): Promise<string> =>
    client('o').upload(new Blob([sheetOf(links)], { type: 'text/csv' }), { name: 'products.csv' });

  async function stopped(id: string): Promise<void> {
    await client('o').cancel(id);
    await client('o').waitFor(id);
  }

  it('shows a worker until it has stopped', async () => {
    const { parts } = await eventually(
      () => system('o'),
      ({ workers }) => workers.length === 1,
    );
    expect(parts.every(({ is_up }) => is_up)).toBe(true);
    await service.stopWorker();
    const without = await eventually(
      () => system('o'),
      ({ workers }) => workers.length === 0,
    );
    expect(without.parts).toContainEqual(
      expect.objectContaining({ name: 'workers', is_up: false }),
    );
    await service.startWorker();
  });

  describe('with hosts that asked for a pause', () => {
    let id: string;
    const hosts = () => origins.slice(0, 2).map(({ url }) => new URL(url).host);

    beforeAll(async () => {
      const [later, sooner] = origins;
      id = await upload(
        later.on('/1.jpg', status(429, { 'retry-after': '500' })),
        sooner.on('/1.jpg', status(503, { 'retry-after': '100' })),
      );
    });
    afterAll(() => stopped(id));

    it('shows each with the end of its cooldown and the error code, the soonest first', async () => {
      const asked = Date.now();
      const { cooling_hosts } = await eventually(
        () => system('o'),
        (shown) => shown.cooling_hosts.length === 2,
      );
      const [later, sooner] = hosts();
      expect(cooling_hosts.map(({ host, reason }) => [host, reason])).toEqual([
        [sooner, 'http_5xx'],
        [later, 'http_429'],
      ]);
      const [first = 0, second = 0] = cooling_hosts.map(({ until }) => Date.parse(until) - asked);
      expect(first).toBeGreaterThan(50_000);
      expect(first).toBeLessThanOrEqual(150_000);
      expect(second - first).toBeGreaterThan(350_000);
    });

    it('shows them to operators only', async () => {
      await eventually(
        () => system('o'),
        (shown) => shown.cooling_hosts.length === 2,
      );
      expect((await system('r')).cooling_hosts).toEqual([]);
    });
  });

  describe('after a repair by the reconciler', () => {
    /** Every request counts as silent, so that the test does not wait. */
    const reconcile = () => service.operations.reconcile(new Date(Date.now() + 1), 0);
    const findingsOf = async (...ids: readonly string[]) => {
      const { findings } = await eventually(
        () => system('o'),
        (shown) => ids.every((id) => shown.findings.some((one) => one.request_id === id)),
      );
      return findings.filter(({ request_id }) => ids.includes(request_id));
    };
    let ids: string[];

    beforeAll(async () => {
      const [, , origin] = origins;
      const id = await upload(origin.on('/stuck.jpg', stall));
      await eventually(
        () => origin.hits('/stuck.jpg'),
        (hits) => hits === 1,
      );
      await service.client.workflow.getHandle(workflowIdOf(id)).terminate('by an operator');
      await reconcile();
      await client('o').waitFor(id);
      const abandoned = await leaveBehind(service, id, { state: 'withdrawn' });
      await reconcile();
      ids = [id, abandoned];
    });

    it('shows what was found and at which request, the newest first', async () => {
      const [id, abandoned] = ids;
      expect(await findingsOf(...ids)).toMatchObject([
        {
          request_id: abandoned,
          finding: 'leftover_removed',
          note: 'data left by a process that died was removed',
        },
        {
          request_id: id,
          finding: 'run_ended',
          note: 'its run was terminated from outside',
        },
      ]);
    });

    it('shows it to operators only', async () => {
      await findingsOf(...ids);
      expect((await system('r')).findings).toEqual([]);
    });
  });
});

describe('GET /image/system while a part is down', () => {
  let line: MongodbLine;
  let service: Service;
  const system = () => clientOf(service.url).system();

  beforeAll(async () => {
    line = await startMongodbLine();
    service = await startService({
      worker: false,
      mongodbHost: line.host,
      runsAddress: '127.0.0.1:1',
    });
  });
  afterAll(async () => {
    // A call to Temporal may still be waiting to be repeated, which throws when the connection is closed. This one ends later.
    await service.runs.ping().catch(() => undefined);
    await service.stop();
    await line.close();
  });

  const partOf = ({ parts }: System, wanted: SystemPart) =>
    parts.find(({ name }) => name === wanted);
  const isUp = (shown: System, part: SystemPart) => partOf(shown, part)?.is_up;
  /** Answers may be a second old. */
  const whenMongodb = (up: boolean) => eventually(system, (shown) => isUp(shown, 'mongodb') === up);

  it('shows Temporal as down with what to do, and what the others know', async () => {
    const shown = await whenMongodb(true);
    expect(partOf(shown, 'temporal')).toMatchObject({
      is_up: false,
      detail: expect.stringContaining('check TEMPORAL_ADDRESS') as string,
    });
    expect(['api', 'mongodb', 'storage'].map((name) => isUp(shown, name as SystemPart))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('shows MongoDB as down with what to do, and nothing of what it keeps, until it is up again', async () => {
    await service.records.findings.record({
      finding: 'run_ended',
      request_id: 'one',
      note: 'its run is gone',
      at: new Date(),
    });
    await eventually(system, ({ findings }) => findings.length === 1);
    line.cut();
    try {
      const shown = await whenMongodb(false);
      expect(partOf(shown, 'mongodb')?.detail).toContain('check MONGODB_URI');
      expect(partOf(shown, 'workers')).toMatchObject({
        is_up: false,
        detail: 'Not known, because MongoDB does not answer, where they report.',
      });
      expect(shown).toMatchObject({
        workers: [],
        findings: [],
        cooling_hosts: [],
        stored: { requests: 0, images: 0, bytes: 0 },
        backlog: { requests_pending: 0, requests_processing: 0, images_pending: 0 },
      });
    } finally {
      line.repair();
    }
    expect((await whenMongodb(true)).findings).toHaveLength(1);
  });
});
