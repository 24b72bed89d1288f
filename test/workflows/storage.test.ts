import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { workflowIdOf } from '../../workflows/names';
import { finished, imagesOf, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';

describe('while DATA_DIR is not writable', () => {
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

  it('keeps a request waiting with an explanation, counts no attempt, and completes it later', async () => {
    const link = origin.on('/a.jpg', bytes(await photo()));
    // A file in place of the folder prevents writing, even by root.
    const folder = path.join(service.dataDir, 'files');
    await writeFile(folder, '');
    const id = await uploaded(service.url, sheetOf([link]));

    const { raw } = await eventually(
      () => service.client.workflow.getHandle(workflowIdOf(id)).describe(),
      // More attempts than crashes are allowed per slice: these failures are not counted as crashes.
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
