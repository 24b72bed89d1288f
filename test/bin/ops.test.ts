import path from 'node:path';
import { endCommands, startAtTerminal, startCommand } from '../support/command';
import { makeRelease, writeChangedBundle } from '../support/release';
import { startRequestStage, UNKNOWN } from '../support/requestStage';
import { withFolder } from '../support/temporaryFile';

/** `npm run ops -- …` as a process. The single commands are tested in test/ops/commands.test.ts. */

const stage = startRequestStage();
const { failed, running, stopped } = stage;
afterEach(endCommands);

async function ops(line: readonly string[], root?: string) {
  const command = startCommand('ops', stage.service.workerEnv, line, root);
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}

describe('ops', () => {
  it('prints nothing but the result on stdout', async () => {
    const id = await failed();
    const { code, stdout } = await ops(['retry', id, '--watch', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ request_id: id, status: 'completed' });
  });

  it('exits with the code of an error, and prints its message on stderr', async () => {
    expect(await ops(['show', UNKNOWN])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'Request ID not found\n',
    });
  });
});

describe('ops whose reader has closed the pipe, as `head` does', () => {
  it('exits with 141, as in shells', async () => {
    await failed();
    const listing = startCommand('ops', stage.service.workerEnv, ['list']);
    listing.stopReading();
    expect(await listing.ended).toBe(141);
  });
});

describe('Ctrl-C', () => {
  it('leaves a watched request running', async () => {
    const id = await running();
    const watching = startCommand('ops', stage.service.workerEnv, ['show', id, '--watch']);
    await watching.says('1 to go');
    watching.kill('SIGINT');
    expect(await watching.ended).toBe(130);
    expect((await stage.service.operations.status(id)).status).toBe('processing');
    await stopped(id);
  });

  it('leaves a bulk retry running, until it is stopped', async () => {
    const id = await failed();
    await stage.service.stopWorker();
    const retrying = startCommand('ops', stage.service.workerEnv, ['retry', '--failed']);
    await retrying.says('waits for a worker');
    retrying.kill('SIGINT');
    expect(await retrying.ended).toBe(130);
    const operation = /^bulk-retry\/\S+/.exec(retrying.stderr())?.[0] ?? '';
    expect(retrying.stderr()).toContain(`npm run ops -- stop ${operation}\n`);
    const run = stage.service.client.workflow.getHandle(operation);
    expect((await run.describe()).status.name).toBe('RUNNING');

    expect((await ops(['stop', operation])).code).toBe(0);
    await stage.service.startWorker();
    await expect(run.result()).rejects.toThrow('Workflow execution cancelled');
    expect((await stage.service.operations.status(id)).status).toBe('failed');
  });
});

describe('a question at a terminal', () => {
  it.each([
    ['n', 1, 'Nothing was deleted', 200, 'failed'],
    ['y', 0, 'is deleted', 404, undefined],
  ])('is answered by %j', async (answer, code, said, shown, left) => {
    const id = await failed();
    const terminal = startAtTerminal('ops', stage.service.workerEnv, ['delete', id]);
    await terminal.says('[y/N]');
    terminal.type(`${answer}\n`);
    expect(await terminal.ended).toBe(code);
    expect(terminal.stdout()).toContain(said);
    const { status, body } = await stage.answerOf(await stage.call(id, 'GET'));
    expect([status, body['status']]).toEqual([shown, left]);
  });
});

describe('ops replay', () => {
  async function isDeterministic(id: string): Promise<void> {
    const { code, stdout } = await ops(['replay', id, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      request_id: id,
      deterministic: true,
      deviation: null,
    });
  }

  it('finds a finished run of this code deterministic', async () => {
    await isDeterministic(await failed());
  });

  it('finds a running one deterministic', async () => {
    const id = await running();
    await isDeterministic(id);
    await stopped(id);
  });

  it('exits with 5 and says where the code deviates from the run', () =>
    withFolder(async (folder) => {
      const id = await failed();
      const root = await makeRelease(folder, '99.0.0');
      await writeChangedBundle(path.join(root, 'dist', 'workflow-bundle.js'));
      const { code, stdout } = await ops(['replay', id], root);
      expect(code).toBe(5);
      expect(stdout).toMatch(/^Not deterministic: .*nondeterminism/i);
    }));

  it('exits with 3 when Temporal has no such run', async () => {
    expect((await ops(['replay', UNKNOWN])).code).toBe(3);
  });
});
