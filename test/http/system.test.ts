import { clientOf } from '../support/api';
import { eventually } from '../support/eventually';
import { startService, type Service } from '../support/service';

describe('GET /image/system', () => {
  let service: Service;
  const request_id = '00000000-0000-4000-8000-000000000000';
  const system = (key: string) => clientOf(service.url, key).system();

  beforeAll(async () => {
    service = await startService({ env: { API_KEYS: 'shop:read:r,desk:operate:o' } });
  });
  afterAll(() => service.stop());

  it('shows a worker until it has stopped', async () => {
    const { parts } = await eventually(
      () => system('o'),
      ({ workers }) => workers.length === 1,
    );
    expect(parts.every(({ is_up }) => is_up)).toBe(true);
    await service.stopWorker();
    const stopped = await eventually(
      () => system('o'),
      ({ workers }) => workers.length === 0,
    );
    expect(stopped.parts).toContainEqual(
      expect.objectContaining({ name: 'workers', is_up: false }),
    );
  });

  it('shows findings to operators only', async () => {
    await service.records.findings.record({
      finding: 'run_ended',
      request_id,
      note: 'its run is gone',
      at: new Date(),
    });
    await eventually(
      () => system('o'),
      ({ findings }) => findings.length === 1,
    );
    expect((await system('r')).findings).toEqual([]);
  });
});
