import { readConfig } from '../../src/config';
import { runCommandLine, type CommandContext } from '../../src/ops/commands';
import { finished, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { status } from '../support/origin';
import { startRequestStage, UNKNOWN } from '../support/requestStage';

/** Runs command lines in this process. test/bin/ops.test.ts tests what only a separate process shows. */

const stage = startRequestStage();
const { fresh, link, failed, running, stopped } = stage;

interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: Partial<CommandContext['terminal']>;
}

/** Returns the output and exit code of `npm run ops -- …`. Without `ask` there is no terminal. */
async function ops(line: readonly string[], { env = {}, terminal = {} }: Setting = {}) {
  const said = { stdout: '', stderr: '' };
  const printing = (stream: keyof typeof said) => ({
    isTTY: false,
    write(text: string) {
      said[stream] += text;
      return true;
    },
  });
  const environment = { ...process.env, ...stage.service.workerEnv, ...env };
  // The SDK reads Temporal's address from the environment of the process.
  jest.replaceProperty(process, 'env', environment);
  try {
    const code = await runCommandLine(line, {
      config: () => readConfig(environment),
      terminal: {
        out: printing('stdout'),
        err: printing('stderr'),
        interrupted: () => new Promise(() => undefined),
        ask: () => Promise.resolve(null),
        ...terminal,
      },
      workflowBundle: 'not needed by these commands',
    });
    return { code, ...said };
  } finally {
    jest.restoreAllMocks();
  }
}

/** Creates a request whose only image is never found. */
async function missing(): Promise<{ id: string; url: string }> {
  const path = fresh();
  stage.origin.on(path, status(404));
  const id = await uploaded(stage.service.url, sheetOf([link(path)]));
  await finished(stage.service.url, id);
  return { id, url: link(path) };
}

describe('ops list', () => {
  it('prints a table of all requests, or of those with a status', async () => {
    const id = await failed();
    const { code, stdout } = await ops(['list', '--status', 'failed']);
    expect(code).toBe(0);
    const [heads, ...lines] = stdout.trimEnd().split('\n');
    expect(heads).toMatch(/^REQUEST +STATUS +SUCCEEDED +FAILED/);
    const line = lines.find((one) => one.startsWith(id));
    expect(line).toMatch(/ failed +0\/1 +1 +1 +- .*products\.csv$/);
    expect((await ops(['list', '--status', 'completed'])).stdout).not.toContain(id);
  });

  it('prints one JSON document with --json', async () => {
    const id = await failed();
    const { stdout } = await ops(['list', '--limit', '1', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      requests: [{ request_id: id, status: 'failed', counts: { total: 1, failed: 1 } }],
    });
  });

  it('prints no control characters or line breaks of a file name', async () => {
    const name = 'a\u009b2Jb\u202ec.csv';
    const id = await uploaded(stage.service.url, sheetOf([link('/none')]), { name });
    const { stdout } = await ops(['list']);
    expect(stdout).not.toMatch(/[\u009b\u202e]/);
    expect(stdout.split('\n').filter((line) => line.startsWith(id))).toHaveLength(1);
  });
});

describe('ops show', () => {
  it('prints what failed and why', async () => {
    const { id, url } = await missing();
    const { code, stdout } = await ops(['show', id]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Status +failed$/m);
    expect(stdout).toContain(`image-request/${id}`);
    expect(stdout).toMatch(new RegExp(`^1 +not_found +1 +${url}$`, 'm'));
  });

  it('exits with 3 when there is no such request', async () => {
    expect(await ops(['show', UNKNOWN])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'Request ID not found\n',
    });
  });

  it('works without Temporal', async () => {
    const id = await failed();
    const { code, stdout } = await ops(['show', id], { env: { TEMPORAL_ADDRESS: '127.0.0.1:9' } });
    expect(code).toBe(0);
    expect(stdout).toContain(id);
  });
});

describe('ops retry', () => {
  it('shows progress until the request is finished with --watch', async () => {
    const id = await failed();
    const { code, stdout, stderr } = await ops(['retry', id, '--watch', '--json']);
    expect(code).toBe(0);
    expect(stderr).toContain('1 of 1 image compressed');
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', round: 2, failures: [] });
  });

  it('exits with 1 when the watched request has failed again', async () => {
    const { id } = await missing();
    expect((await ops(['retry', id, '--watch'])).code).toBe(1);
  });

  it('exits with 4 while the request is running', async () => {
    const id = await running();
    expect((await ops(['retry', id])).code).toBe(4);
    await stopped(id);
  });

  it('with --failed retries the requests uploaded in a period, and prints how many', async () => {
    const before = new Date().toISOString();
    const id = await failed();
    const { code, stdout, stderr } = await ops(['retry', '--failed', '--since', before]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 retried, 0 skipped\n' });
    expect(stderr).toMatch(/^bulk-retry\/\S+ has started$/m);
    expect((await finished(stage.service.url, id)).status).toBe('completed');
    expect((await ops(['stop', stderr.split(' ')[0] ?? ''])).code).toBe(3);
  });
});

describe('ops stop', () => {
  it('stops only bulk retries', async () => {
    const id = await running();
    const { code, stderr } = await ops(['stop', `image-request/${id}`]);
    expect(code).toBe(3);
    expect(stderr).toBe(`No running bulk retry image-request/${id}\n`);
    expect((await stage.service.operations.status(id)).status).toBe('processing');
    await stopped(id);
  });
});

describe('ops cancel', () => {
  it('stops a request; a finished one is a conflict', async () => {
    const id = await running();
    expect((await ops(['cancel', id])).code).toBe(0);
    expect((await finished(stage.service.url, id)).status).toBe('cancelled');
    expect((await ops(['cancel', id])).code).toBe(4);
  });
});

describe('ops redeliver', () => {
  it('sends the webhook again, with the same id', async () => {
    const hook = fresh();
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(hook, 200) });
    await stage.hasState(id, 'delivered');
    expect((await ops(['redeliver', id])).code).toBe(0);
    const messages = await eventually(
      () => stage.receiver.messages(hook),
      ({ length }) => length === 2,
    );
    expect(new Set(messages.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});

describe('ops delete', () => {
  it('deletes the request without asking when there is no terminal', async () => {
    const id = await failed();
    expect(await ops(['delete', id])).toMatchObject({ code: 0, stdout: `${id} is deleted\n` });
    expect((await ops(['show', id])).code).toBe(3);
  });

  it.each(['y', 'YES '])('deletes it when the answer is %j', async (answer) => {
    const id = await failed();
    const ask = jest.fn(() => Promise.resolve(answer));
    expect((await ops(['delete', id], { terminal: { ask } })).code).toBe(0);
    expect(ask).toHaveBeenCalledWith(
      expect.stringMatching(`^Delete ${id} .*1 images.* \\[y/N\\] $`),
    );
    expect((await ops(['show', id])).code).toBe(3);
  });

  it.each(['', 'n', 'yesterday'])('deletes nothing when the answer is %j', async (answer) => {
    const id = await failed();
    const ask = () => Promise.resolve(answer);
    const { code, stderr } = await ops(['delete', id], { terminal: { ask } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'Nothing was deleted\n' });
    expect((await ops(['show', id])).code).toBe(0);
  });

  it('does not ask with --yes', async () => {
    const id = await failed();
    const ask = jest.fn(() => Promise.resolve(''));
    expect((await ops(['delete', id, '--yes'], { terminal: { ask } })).code).toBe(0);
    expect(ask).not.toHaveBeenCalled();
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
  ])('exits with 2 for %j', async (line) => {
    const { code, stdout, stderr } = await ops(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it.each([
    [
      'MONGODB_URI',
      'mongodb://user:hunter2@127.0.0.1:9/x',
      'MongoDB at 127.0.0.1:9 does not answer',
    ],
    ['TEMPORAL_ADDRESS', '127.0.0.1:9', 'Temporal at 127.0.0.1:9 does not answer'],
  ])('exits with 1 and names %s when the server does not answer', async (variable, value, said) => {
    const { code, stderr } = await ops(['cancel', UNKNOWN], { env: { [variable]: value } });
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr).toContain(`set ${variable}`);
    expect(stderr).not.toContain('hunter2');
  });
});
