import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { workflowIdOf } from '../../workflows/names';
import { finished, imagesOf, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

describe('While DATA_DIR cannot be written', () => {
  let service: Service;
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService();
  });

  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });

  it('a request waits, says why, loses no attempt, and goes on when it can be written', async () => {
    const link = origin.on('/a.jpg', bytes(await photo()));
    // A file stands where the folder is to be: for root, too, nothing can be written there.
    const folder = path.join(service.dataDir, 'files');
    await writeFile(folder, '');
    const id = await uploaded(service.url, sheetOf([link]));

    const { raw } = await eventually(
      () => service.client.workflow.getHandle(workflowIdOf(id)).describe(),
      // More often than a worker may die over a slice: to fail is not to crash.
      (run) => (run.raw.pendingActivities?.[0]?.attempt ?? 0) > 3,
    );
    const failure = raw.pendingActivities?.[0]?.lastFailure;
    expect(failure?.applicationFailureInfo?.type).toBe('storage_unavailable');
    expect(failure?.message).toContain('free space there');

    await rm(folder);
    await mkdir(folder);
    expect(await finished(service.url, id)).toMatchObject({ status: 'completed' });
    expect(await imagesOf(service.url, id)).toMatchObject([{ status: 'succeeded', attempts: 1 }]);
  });
});
