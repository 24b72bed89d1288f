import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createLogger } from '../../src/telemetry/logger';
import { keepSweeps } from '../../src/temporal/sweeps';
import { workflowIdOf } from '../../workflows/names';
import { finished, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startReceiver, type Receiver } from '../support/receiver';
import { startService, type Service } from '../support/service';

const PAGE = path.join(__dirname, '..', '..', 'docs', 'operations.md');
/** As the documentation writes it. */
const EXAMPLE_ID = '5efa2c81-…';
const EXAMPLE_START = '5efa';

type Name = 'completed' | 'failed' | 'partly' | 'running' | 'delivering' | 'terminated';

type Sweep = 'reconciler' | 'retention';

/** The requests, of those below, that each query of the documentation finds. */
const FOUND: Readonly<Record<string, readonly (Name | Sweep)[]>> = {
  [`WorkflowId = "image-request/${EXAMPLE_ID}"`]: ['completed'],
  [`WorkflowId STARTS_WITH "image-request/${EXAMPLE_START}"`]: ['completed'],
  'WorkflowType = "imageRequest" AND StartTime > "2026-01-31T08:00:00Z"': [
    ...(['completed', 'failed', 'partly', 'running', 'delivering', 'terminated'] as const),
  ],
  'WorkflowType = "imageRequest" AND ImageRequestStatus = "failed"': ['failed'],
  'ImageRequestStatus = "failed" OR ImageRequestStatus = "completed_with_errors"': [
    ...(['failed', 'partly'] as const),
  ],
  'ImageRequestStatus = "processing" AND ExecutionStatus = "Running"': ['running'],
  'ImageRequestFailed > 100': ['failed'],
  'ImageRequestStatus = "completed" AND ExecutionStatus = "Running"': ['delivering'],
  'ImageRequestStatus = "processing" AND ExecutionStatus != "Running"': ['terminated'],
  'WorkflowType = "bulkOperation" AND ExecutionStatus = "Running"': [],
  'WorkflowType = "bulkRetry" AND ExecutionStatus = "Running"': [],
  'WorkflowType = "reconciler" OR WorkflowType = "retention"': ['reconciler', 'retention'],
};

async function queriesOfThePage(): Promise<string[]> {
  const [, table = ''] = (await readFile(PAGE, 'utf8')).split(/^\| Query +\| Finds +\|$/m);
  const [rows = ''] = table.trimStart().split('\n\n');
  return [...rows.matchAll(/^\| `([^`]+)`/gm)].map(([, query = '']) => query);
}

describe('The queries of docs/operations.md', () => {
  let service: Service;
  let origin: Origin;
  let receiver: Receiver;
  let ids: Readonly<Record<Name, string>>;
  let stopKeeping: () => Promise<void>;

  beforeAll(async () => {
    [origin, receiver] = await Promise.all([startOrigin(), startReceiver()]);
    service = await startService({ env: { WEBHOOK_RETRY_INITIAL_MS: '600000' } });
    const good = origin.on('/good.jpg', bytes(await photo()));
    const missing = origin.on('/missing.jpg', status(404));
    const send = (links: readonly string[], fields: Record<string, string> = {}) =>
      uploaded(service.url, sheetOf(links), { fields });
    ids = {
      completed: await send([good]),
      failed: await send(Array<string>(101).fill(missing)),
      partly: await send([good, missing]),
      running: await send([origin.on('/stalled.jpg', stall)]),
      terminated: await send([origin.on('/stalled-too.jpg', stall)]),
      delivering: await send([good], { webhook_url: receiver.on('/hook', 500) }),
    };
    for (const name of ['completed', 'failed', 'partly', 'delivering'] as const) {
      await finished(service.url, ids[name]);
    }
    await eventually(
      () => origin.hits('/stalled-too.jpg'),
      (hits) => hits > 0,
    );
    await service.client.workflow.getHandle(workflowIdOf(ids.terminated)).terminate();
    stopKeeping = await keepSweeps(service.runs, createLogger('silent', 'test'), 1000);
  });

  afterAll(async () => {
    await stopKeeping();
    await service.operations.cancel(ids.running);
    await service.client.workflow.getHandle(workflowIdOf(ids.delivering)).terminate();
    await finished(service.url, ids.running);
    await service.stop();
    await receiver.stop();
    await origin.stop();
  });

  const workflowIdFor = (name: Name | Sweep) =>
    name === 'reconciler' || name === 'retention'
      ? `${name}/${service.config.TEMPORAL_TASK_QUEUE}`
      : workflowIdOf(ids[name]);

  it('are all tested here', async () => {
    expect((await queriesOfThePage()).sort()).toEqual(Object.keys(FOUND).sort());
  });

  it.each(Object.entries(FOUND))('%s', async (query, names) => {
    const asked = query
      .replace(EXAMPLE_ID, ids.completed)
      .replace(`/${EXAMPLE_START}"`, `/${ids.completed.slice(0, 20)}"`);
    const own = `TaskQueue = "${service.config.TEMPORAL_TASK_QUEUE}" AND (${asked})`;
    const expected = names.map(workflowIdFor).sort();
    // The list lags by about a second.
    const found = await eventually(
      async () => {
        const listed: string[] = [];
        for await (const run of service.client.workflow.list({ query: own })) {
          listed.push(run.workflowId);
        }
        return listed.sort();
      },
      (listed) => listed.join() === expected.join(),
    );
    expect(found).toEqual(expected);
  });
});
