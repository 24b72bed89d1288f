import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIdOf } from '../../workflows/names';
import { finished, imagesOf, sheetOf, uploaded } from '../support/calls';
import { endCommands, startCommand } from '../support/command';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { makeRelease } from '../support/release';
import { startService, type Service } from '../support/service';
import { withFolder } from '../support/temporaryFile';

const ROOT = path.join(__dirname, '..', '..');
const READY = 'The worker is ready';
/** The time that docs/deployment.md promises. Container platforms allow 30 s. */
const STATED_MS = 20_000;

let origin: Origin;
let service: Service;
beforeEach(async () => {
  origin = await startOrigin();
  service = await startService({ worker: false });
});
afterEach(async () => {
  await endCommands();
  await service.stop();
  await origin.stop();
});

const env = (more: NodeJS.ProcessEnv = {}) => ({
  ...service.workerEnv,
  LOG_LEVEL: 'info',
  // Longer than this test, so that no download ends by its timeout.
  DOWNLOAD_TIMEOUT_MS: '600000',
  FIRST_BYTE_TIMEOUT_MS: '600000',
  ...more,
});

const historyOf = async (requestId: string) =>
  (await service.client.workflow.getHandle(workflowIdOf(requestId)).fetchHistory()).events ?? [];

const downloading = (pathname: string) =>
  eventually(
    () => origin.hits(pathname),
    (hits) => hits > 0,
  );

describe('A worker that gets SIGTERM', () => {
  it('ends in time, and hands over images in progress without losing an attempt', async () => {
    const link = origin.on('/a.jpg', stall, bytes(await photo()));
    const first = startCommand('worker', env());
    const id = await uploaded(service.url, sheetOf([link]));
    await downloading('/a.jpg');
    first.kill('SIGTERM');
    expect(await Promise.race([first.ended, sleep(STATED_MS, 'late', { ref: false })])).toBe(0);

    startCommand('worker', env());
    expect((await finished(service.url, id)).status).toBe('completed');
    expect(await imagesOf(service.url, id)).toMatchObject([{ attempts: 1 }]);
    // The worker handed them over as it ended; no timeout was needed to detect its end.
    const starts = (await historyOf(id)).flatMap(
      ({ activityTaskStartedEventAttributes: started }) => (started?.lastFailure ? [started] : []),
    );
    expect(starts).toHaveLength(1);
    expect(starts[0]).toMatchObject({
      attempt: 2,
      lastFailure: { applicationFailureInfo: { type: 'worker_shutdown' } },
    });
  });
});

describe('Workers of a deployment', () => {
  const setCurrent = (deploymentName: string, buildId: string) =>
    eventually(
      // The server refuses the call until it has seen workers of the release on both task queues.
      () =>
        service.client.workflowService
          .setWorkerDeploymentCurrentVersion({ namespace: 'default', deploymentName, buildId })
          .then(
            () => true,
            () => false,
          ),
      (done) => done,
    );

  async function buildIdsOf(requestId: string): Promise<string[]> {
    const ids = (await historyOf(requestId)).flatMap((event) => {
      const version = event.workflowTaskCompletedEventAttributes?.deploymentVersion;
      return version?.buildId ? [version.buildId] : [];
    });
    return [...new Set(ids)];
  }

  it('get work once their release is the current one; a run moves to the next release', () =>
    withFolder(async (folder) => {
      const name = service.config.TEMPORAL_TASK_QUEUE;
      const own = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
        version: string;
      };
      const old = startCommand('worker', env({ WORKER_DEPLOYMENT: name }));
      await old.says(READY);
      const held: (() => void)[] = [];
      let opened = false;
      const content = await photo();
      const paths = Array.from({ length: 16 }, (_, index) => `/${index}.jpg`);
      const links = paths.map((path) =>
        origin.on(path, (response) => {
          if (opened) response.end(content);
          else held.push(() => response.end(content));
        }),
      );
      const id = await uploaded(service.url, sheetOf(links));
      expect(paths.map(origin.hits)).toEqual(paths.map(() => 0));
      await setCurrent(name, own.version);
      await downloading('/0.jpg');

      const next = startCommand(
        'worker',
        env({ WORKER_DEPLOYMENT: name }),
        [],
        await makeRelease(folder, '99.0.0'),
      );
      await next.says(READY);
      await setCurrent(name, '99.0.0');
      // The change of release reaches the task queues with a delay, so images are released one by one until then.
      while (held.length > 1 && (await buildIdsOf(id)).length < 2) {
        held.pop()?.();
        await sleep(500);
      }
      opened = true;
      for (const give of held) give();
      expect((await finished(service.url, id)).status).toBe('completed');
      expect(await buildIdsOf(id)).toEqual([own.version, '99.0.0']);
    }));
});
