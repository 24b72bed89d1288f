import path from 'node:path';
import { finished, sheetOf, uploaded } from './support/calls';
import { endCommands, startAtTerminal, startCommand } from './support/command';
import { eventually } from './support/eventually';
import { bytes, stall, startOrigin, status, type Origin } from './support/origin';
import { photo } from './support/pictures';
import { makeRelease, writeChangedBundle } from './support/release';
import { startReceiver, type Receiver } from './support/receiver';
import { startService, type Service } from './support/service';
import { withFolder } from './support/temporaryFile';

let origin: Origin;
let receiver: Receiver;
let service: Service;
beforeAll(async () => {
  [origin, receiver] = await Promise.all([startOrigin(), startReceiver()]);
  service = await startService();
});
afterEach(endCommands);
afterAll(async () => {
  await service.stop();
  await origin.stop();
  await receiver.stop();
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run ops -- …` to its end. */
async function ops(
  line: readonly string[],
  env: NodeJS.ProcessEnv = {},
  root?: string,
): Promise<Ended> {
  const command = startCommand('ops', { ...service.workerEnv, ...env }, line, root);
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}

async function failedRequest(path: string, fields: Record<string, string> = {}): Promise<string> {
  const link = origin.on(path, status(404), bytes(await photo()));
  const id = await uploaded(service.url, sheetOf([link]), { fields });
  expect((await finished(service.url, id)).status).toBe('failed');
  return id;
}

async function runningRequest(path: string): Promise<string> {
  const id = await uploaded(service.url, sheetOf([origin.on(path, stall)]));
  await eventually(
    () => origin.hits(path),
    (hits) => hits > 0,
  );
  return id;
}

function operationIn(output: string): string {
  return /^bulk-retry\/\S+/.exec(output)?.[0] ?? '';
}

describe('ops list', () => {
  it('is a table of the requests, those of a status if one is named', async () => {
    const id = await failedRequest('/list.jpg');
    const { code, stdout } = await ops(['list', '--status', 'failed']);
    expect(code).toBe(0);
    const [heads, ...lines] = stdout.trimEnd().split('\n');
    expect(heads).toMatch(/^REQUEST +STATUS +SUCCEEDED +FAILED/);
    const line = lines.find((one) => one.startsWith(id));
    expect(line).toMatch(/ failed +0\/1 +1 +1 +- .*products\.csv$/);
    expect((await ops(['list', '--status', 'cancelled'])).stdout).not.toContain(id);
  });

  it('is one JSON document with --json', async () => {
    const id = await failedRequest('/list-json.jpg');
    const { stdout } = await ops(['list', '--limit', '1', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      requests: [{ request_id: id, status: 'failed', counts: { total: 1, failed: 1 } }],
    });
  });

  it('lets no file name move the cursor or break the line', async () => {
    const name = 'a\u009b2Jb\u202ec.csv';
    const id = await uploaded(service.url, sheetOf([`${origin.url}/none`]), { name });
    const { stdout } = await ops(['list']);
    expect(stdout).not.toMatch(/[\u009b\u202e]/);
    expect(stdout.split('\n').filter((line) => line.startsWith(id))).toHaveLength(1);
  });
});

describe('ops show', () => {
  it('tells what failed and why', async () => {
    const id = await failedRequest('/show.jpg');
    const { code, stdout } = await ops(['show', id]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Status +failed$/m);
    expect(stdout).toContain(`image-request/${id}`);
    expect(stdout).toMatch(new RegExp(`^1 +not_found +1 +${origin.url}/show\\.jpg$`, 'm'));
  });

  it('exits 3 where there is no such request', async () => {
    expect(await ops(['show', 'nothing'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: 'Request ID not found\n',
    });
  });

  it('answers without Temporal', async () => {
    const id = await failedRequest('/show-alone.jpg');
    const { code, stdout } = await ops(['show', id], { TEMPORAL_ADDRESS: '127.0.0.1:9' });
    expect(code).toBe(0);
    expect(stdout).toContain(id);
  });
});

describe('ops retry', () => {
  it('follows the request to its end with --watch', async () => {
    const id = await failedRequest('/retry.jpg');
    const { code, stdout, stderr } = await ops(['retry', id, '--watch', '--json']);
    expect(code).toBe(0);
    expect(stderr).toContain('1 of 1 image compressed');
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', attempt: 2, failures: [] });
  });

  it('exits 1 when what was watched has failed again', async () => {
    const id = await failedRequest('/retry-again.jpg');
    origin.on('/retry-again.jpg', status(404));
    expect((await ops(['retry', id, '--watch'])).code).toBe(1);
  });

  it('exits 4 while it is running; Ctrl-C leaves the watched one running', async () => {
    const id = await runningRequest('/running.jpg');
    expect((await ops(['retry', id])).code).toBe(4);
    const watching = startCommand('ops', service.workerEnv, ['show', id, '--watch']);
    await watching.says('1 to go');
    watching.kill('SIGINT');
    expect(await watching.ended).toBe(130);
    expect((await service.operations.status(id)).status).toBe('processing');
    await service.operations.cancel(id);
  });

  it('--failed retries those uploaded in the span, and says how many', async () => {
    const before = new Date().toISOString();
    const id = await failedRequest('/bulk.jpg');
    const { code, stdout, stderr } = await ops(['retry', '--failed', '--since', before]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 retried, 0 skipped\n' });
    expect(stderr).toMatch(/^bulk-retry\/\S+ has started$/m);
    expect((await finished(service.url, id)).status).toBe('completed');
    expect((await ops(['stop', operationIn(stderr)])).code).toBe(3);
  });

  it('is stopped by `ops stop` only when it is of many', async () => {
    const id = await runningRequest('/not-bulk.jpg');
    expect((await ops(['stop', `image-request/${id}`])).code).toBe(3);
    expect((await service.operations.status(id)).status).toBe('processing');
    await service.operations.cancel(id);
  });

  it('--failed goes on after Ctrl-C, until it is stopped', async () => {
    const id = await failedRequest('/bulk-stopped.jpg');
    await service.stopWorker();
    const retrying = startCommand('ops', service.workerEnv, ['retry', '--failed']);
    await retrying.says('waits for a worker');
    retrying.kill('SIGINT');
    expect(await retrying.ended).toBe(130);
    const operation = operationIn(retrying.stderr());
    expect(retrying.stderr()).toContain(`npm run ops -- stop ${operation}\n`);
    const run = service.client.workflow.getHandle(operation);
    expect((await run.describe()).status.name).toBe('RUNNING');

    expect((await ops(['stop', operation])).code).toBe(0);
    await service.startWorker();
    await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
    expect((await service.operations.status(id)).status).toBe('failed');
  });
});

describe('ops cancel', () => {
  it('stops a request; a finished one is a conflict', async () => {
    const id = await runningRequest('/cancel.jpg');
    expect((await ops(['cancel', id])).code).toBe(0);
    expect((await finished(service.url, id)).status).toBe('cancelled');
    expect((await ops(['cancel', id])).code).toBe(4);
  });
});

describe('ops redeliver', () => {
  it('has the webhook sent once more, with the same id', async () => {
    const id = await failedRequest('/redeliver.jpg', { webhook_url: receiver.on('/hook', 200) });
    await eventually(
      () => service.records.deliveries.find(id, 1),
      (delivery) => delivery?.state === 'delivered',
    );
    expect((await ops(['redeliver', id])).code).toBe(0);
    const messages = await eventually(
      () => receiver.messages('/hook'),
      ({ length }) => length === 2,
    );
    expect(new Set(messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

describe('ops delete', () => {
  it('deletes the request where there is no terminal to ask at', async () => {
    const id = await failedRequest('/delete.jpg');
    expect(await ops(['delete', id])).toMatchObject({ code: 0, stdout: `${id} is deleted\n` });
    expect((await ops(['show', id])).code).toBe(3);
  });

  it.each([
    ['n', [], 1, 'Nothing was deleted', 0],
    ['', [], 1, 'Nothing was deleted', 0],
    ['y', [], 0, 'is deleted', 3],
    ['', ['--yes'], 0, 'is deleted', 3],
  ])('at a terminal, answered %j with %j, exits %i', async (answer, options, code, said, left) => {
    const id = await failedRequest(`/delete-${answer}${options.length}.jpg`);
    const terminal = startAtTerminal('ops', service.workerEnv, ['delete', id, ...options]);
    if (options.length === 0) {
      await terminal.says('[y/N]');
      terminal.type(`${answer}\n`);
    }
    expect(await terminal.ended).toBe(code);
    expect(terminal.stdout()).toContain(said);
    expect((await ops(['show', id])).code).toBe(left);
  });
});

describe('ops replay', () => {
  it('finds the run of this code deterministic, finished or running', async () => {
    for (const id of [await failedRequest('/replay.jpg'), await runningRequest('/replaying.jpg')]) {
      const { code, stdout } = await ops(['replay', id, '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        request_id: id,
        deterministic: true,
        deviation: null,
      });
    }
  });

  it('exits 5 and says where, when the code does otherwise than the run has done', () =>
    withFolder(async (folder) => {
      const id = await failedRequest('/replay-changed.jpg');
      const root = await makeRelease(folder, '99.0.0');
      await writeChangedBundle(path.join(root, 'dist', 'workflow-bundle.js'));
      const { code, stdout } = await ops(['replay', id], {}, root);
      expect(code).toBe(5);
      expect(stdout).toMatch(/^Not deterministic: .*nondeterminism/i);
    }));

  it('exits 3 where Temporal knows no such run', async () => {
    expect((await ops(['replay', 'nothing'])).code).toBe(3);
  });
});

describe('ops', () => {
  it.each([
    [['retry']],
    [['retry', 'id', '--failed']],
    [['retry', 'id', '--since', '1d']],
    [['retry', '--failed', '--since', 'soon']],
    [['list', '--limit', '0']],
    [['list', '--status', 'lost']],
    [['undo']],
  ])('exits 2 for %j', async (line) => {
    const { code, stdout, stderr } = await ops(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it.each([
    ['MONGODB_URI', 'mongodb://user:hunter2@127.0.0.1:9/x', 'MongoDB to answer at 127.0.0.1:9'],
    ['TEMPORAL_ADDRESS', '127.0.0.1:9', 'Temporal to answer at 127.0.0.1:9'],
  ])('exits 1 and names %s when nothing answers there', async (variable, value, said) => {
    const { code, stderr } = await ops(['cancel', 'id'], { [variable]: value });
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr).toContain(`set ${variable}`);
    expect(stderr).not.toContain('hunter2');
  });
});
