import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readCommandLine } from '../../client/command/options';
import type { RequestResource } from '../../contract/http/requests';
import { sheetOf } from '../support/calls';
import { endCommands, startProgram, type Command } from '../support/command';
import { eventually } from '../support/eventually';
import { answerWith, cutBody, hang, startHttpProxy, type HttpProxy } from '../support/httpProxy';
import { closedPort } from '../support/listen';
import { startRequestStage, UNKNOWN } from '../support/requestStage';

/** Runs the client's command as users do, as a process of its own. */

const COMMAND = path.join(__dirname, '..', '..', 'client', 'dist', 'esm', 'command.js');

const stage = startRequestStage();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'command-'));
});
afterEach(async () => {
  await endCommands();
  await rm(folder, { recursive: true });
});

const file = (name: string) => path.join(folder, name);
const env = () => ({ IMAGE_PROCESSOR_URL: stage.service.url });

async function sheet(...links: readonly string[]): Promise<string> {
  await writeFile(file('products.csv'), sheetOf(links));
  return file('products.csv');
}

const start = (line: readonly string[], more: NodeJS.ProcessEnv = {}): Command =>
  startProgram([process.execPath, COMMAND, ...line], { ...env(), ...more });

async function run(line: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const command = start(line, more);
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}

describe('image-processor upload', () => {
  it('prints the id alone, and ends when the request is accepted', async () => {
    const { code, stdout } = await run(['upload', await sheet(stage.link('/a.jpg'))]);
    expect(code).toBe(0);
    expect((await stage.show(stdout.trim())).file_name).toBe('products.csv');
  });

  it('--watch shows plain lines, exits 0 when every image succeeded, and --out saves the result', async () => {
    const line = ['upload', await sheet(stage.link('/a.jpg')), '--watch', '--out', file('out.csv')];
    await writeFile(file('failed.csv'), 'of yesterday');
    const { code, stderr } = await run([...line, '--failed', file('failed.csv')]);
    expect(stderr).toContain('1 of 1 image compressed\n');
    expect(stderr).not.toContain('\r');
    expect(code).toBe(0);
    expect(await readFile(file('out.csv'), 'utf8')).toContain('Output Image Urls');
    expect(await readdir(folder)).toEqual(['out.csv', 'products.csv']);
  });

  it('exits 1 when some images failed, and --failed saves their rows', async () => {
    const csv = await sheet(stage.link('/a.jpg'), stage.link('/gone.jpg'));
    const { code, stderr } = await run(['upload', csv, '--failed', file('failed.csv')]);
    expect(code).toBe(1);
    expect(stderr).toContain('1 failed');
    expect(await readFile(file('failed.csv'), 'utf8')).toContain('not_found');
  });

  it('sends the fields that are given as options', async () => {
    const fields = [
      '--quality',
      '70',
      '--format',
      'webp',
      '--effort',
      'fast',
      '--output',
      'replace',
    ];
    const more = ['--max-width', '90', '--max-height', '80', '--base-url', 'https://shop.example'];
    const csv = await sheet(stage.link('/a.jpg'));
    const { code, stdout } = await run(['upload', csv, ...fields, ...more, '--watch', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout) as RequestResource).toMatchObject({
      status: 'completed',
      options: {
        quality: 70,
        format: 'webp',
        effort: 'fast',
        output: 'replace',
        max_width: 90,
        max_height: 80,
        base_url: 'https://shop.example',
      },
    });
  });

  it('--idempotency-key gives the same request again', async () => {
    const line = ['upload', await sheet(stage.link('/a.jpg')), '--idempotency-key', 'command'];
    expect((await run(line)).stdout).toBe((await run(line)).stdout);
  });

  it('draws a bar at a terminal', async () => {
    const csv = await sheet(stage.link('/a.jpg'));
    const line = [process.execPath, COMMAND, 'upload', csv, '--watch'].join(' ');
    const command = startProgram(['script', '-qec', line, '/dev/null'], env());
    expect(await command.ended).toBe(0);
    expect(command.stdout()).toMatch(/\r█{30} 1 of 1 image compressed/);
  });

  it('leaves the request running on Ctrl-C, and says how to come back', async () => {
    const csv = await sheet(stage.link(stage.stallsOnce()));
    const command = start(['upload', csv, '--watch']);
    await command.says('0 of 1 image compressed');
    command.kill('SIGINT');
    expect(await command.ended).toBe(130);
    const id = command.stdout().trim();
    expect(command.stderr()).toContain(`image-processor status ${id} --watch --url`);
    expect((await stage.show(id)).status).toMatch(/pending|processing/);
    await stage.stopped(id);
  });
});

describe('image-processor behind a proxy', () => {
  let proxy: HttpProxy;
  beforeEach(async () => {
    proxy = await startHttpProxy(stage.service.url);
  });
  afterEach(() => proxy.stop());
  const behind = () => ({ IMAGE_PROCESSOR_URL: proxy.url });
  const unavailable = answerWith(503, { detail: 'Down: mongodb' }, { 'retry-after': '0' });

  it('downloads a result again whose connection broke', async () => {
    proxy.on('GET', /^\/image\/result/, cutBody, 2);
    const csv = await sheet(stage.link('/a.jpg'));
    const { code, stderr } = await run(['upload', csv, '--out', file('out.csv')], behind());
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('trying again') as string,
    });
    expect(await readFile(file('out.csv'), 'utf8')).toContain('Output Image Urls');
    expect(await readdir(folder)).toEqual(['out.csv', 'products.csv']);
  });

  it('exits 5 when a result cannot be downloaded, and says how to come back', async () => {
    const id = await stage.failed();
    proxy.on('GET', /^\/image\/result/, answerWith(503, {}, { 'retry-after': '3600' }));
    const { code, stderr } = await run(['status', id, '--out', file("it's.csv")], behind());
    expect(code).toBe(5);
    expect(stderr).toContain(`status ${id} --watch --url ${proxy.url} --out '`);
    expect(stderr).toContain("it'\\''s.csv'");
  });

  it('reads no request that it does not print', async () => {
    proxy.on('GET', /./, unavailable, Infinity);
    const { code, stdout } = await run(['upload', await sheet(stage.link('/a.jpg'))], behind());
    expect(code).toBe(0);
    expect((await stage.show(stdout.trim())).file_name).toBe('products.csv');
    const retried = await run(['retry', await stage.failed()], behind());
    expect(retried).toMatchObject({ code: 0, stdout: expect.stringContaining(':') as string });
  });

  it('says which request there is when --json cannot read it', async () => {
    proxy.on('GET', /./, answerWith(503, {}, { 'retry-after': '3600' }), Infinity);
    const csv = await sheet(stage.link('/a.jpg'));
    const { code, stdout, stderr } = await run(['upload', csv, '--json'], behind());
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    const [, id = ''] = /Request (\S+) goes on/.exec(stderr) ?? [];
    expect((await stage.show(id)).file_name).toBe('products.csv');
  });

  it('says why it waits', async () => {
    proxy.on('GET', /./, unavailable);
    const { code, stderr } = await run(['status', await stage.failed()], behind());
    expect(code).toBe(1);
    expect(stderr).toBe('The service answered HTTP 503: Down: mongodb; trying again\n');
  });

  it('ends an upload on Ctrl-C, and prints the key that repeats it', async () => {
    proxy.on('POST', /./, hang);
    const command = start(['upload', await sheet(stage.link('/a.jpg'))], behind());
    await eventually(
      () => proxy.calls(/./).length,
      (count) => count === 1,
    );
    command.kill('SIGINT');
    expect(await command.ended).toBe(130);
    const [sent] = proxy.calls(/./).map(({ headers }) => headers['idempotency-key']);
    expect(command.stderr()).toContain(`--idempotency-key ${String(sent)}\n`);
  });

  it('ends every other call on Ctrl-C', async () => {
    proxy.on('GET', /./, hang);
    const command = start(['status', UNKNOWN], behind());
    await eventually(
      () => proxy.calls(/./).length,
      (count) => count === 1,
    );
    command.kill('SIGINT');
    expect([await command.ended, command.stderr()]).toEqual([130, 'Interrupted\n']);
  });

  it.each(['--out', '--failed'])(
    'exits 2 before it uploads when %s cannot be written',
    async (option) => {
      const csv = await sheet(stage.link('/a.jpg'));
      for (const wrong of ['/nowhere/x.csv', folder]) {
        const { code, stderr } = await run(['upload', csv, option, wrong], behind());
        expect(code).toBe(2);
        expect(stderr).toContain(wrong);
      }
      expect(proxy.calls(/./)).toHaveLength(0);
    },
  );
});

describe('image-processor', () => {
  it('status tells where a request stands, with exit code 1 when images failed', async () => {
    const id = await stage.failed();
    const { code, stdout } = await run(['status', id]);
    expect(stdout).toBe('failed: 0 of 1 image compressed, 1 failed\n');
    expect(code).toBe(1);
  });

  it('retry runs the failed images again', async () => {
    const { code, stdout } = await run(['retry', await stage.failed(), '--watch', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', round: 2 });
  });

  it('cancel stops a running request', async () => {
    const id = await stage.running();
    expect((await run(['cancel', id])).code).toBe(0);
    expect((await run(['status', id, '--watch'])).code).toBe(1);
    expect((await stage.show(id)).status).toBe('cancelled');
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['download', 'a']],
    ['a missing file name', ['upload']],
    ['a file that does not exist', ['upload', '/nowhere/products.csv']],
    ['a folder in place of a file', ['upload', __dirname]],
    ['`..` in place of an id', ['status', '..']],
    ['an unknown option', ['status', UNKNOWN, '--nothing']],
    ['an option of another command', ['cancel', UNKNOWN, '--quality', '4']],
    ['a URL that is none', ['status', UNKNOWN, '--url', 'localhost:8000']],
  ])('exits 2 for %s', async (_, line) => {
    const { code, stdout, stderr } = await run(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('image-processor --help');
  });

  it('exits 3 for an unknown id', async () => {
    const { code, stderr } = await run(['status', UNKNOWN]);
    expect(code).toBe(3);
    expect(stderr).toContain('Request ID not found');
  });

  it('exits 4 for a refused field, and says which and why', async () => {
    const csv = await sheet(stage.link('/a.jpg'));
    const { code, stderr } = await run(['upload', csv, '--quality', '0']);
    expect(code).toBe(4);
    expect(stderr).toContain('quality: Expected a whole number from 1 to 100');
  });

  it('exits 5 when the service cannot be reached', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    expect((await run(['status', UNKNOWN], { IMAGE_PROCESSOR_URL: url })).code).toBe(5);
  });

  it('--help names every field of the upload and every exit code', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const word of ['--link-columns', '--webhook-url', '--strict', '--encoding', '130'])
      expect(stdout).toContain(word);
  });
});

describe('the address and the key of the service', () => {
  const read = (env: Readonly<Record<string, string>>, ...options: readonly string[]) =>
    readCommandLine(['status', UNKNOWN, ...options], env);
  const variables = { IMAGE_PROCESSOR_URL: 'http://shop.example', IMAGE_PROCESSOR_KEY: 'its-key' };

  it('come from the variables', () => {
    expect(read(variables)).toMatchObject({ url: 'http://shop.example', key: 'its-key' });
  });

  it('come from the options, if they are given too', () => {
    const options = ['--url', 'http://other.example', '--key', 'other-key'];
    expect(read(variables, ...options)).toMatchObject({
      url: 'http://other.example',
      key: 'other-key',
    });
  });

  it.each([
    ['missing', {}],
    ['empty', { IMAGE_PROCESSOR_URL: '', IMAGE_PROCESSOR_KEY: '' }],
  ])('are those of a local service without keys when the variables are %s', (_, env) => {
    expect(read(env)).toMatchObject({ url: 'http://127.0.0.1:8000', key: undefined });
  });
});
