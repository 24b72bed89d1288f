import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { webhookHeaders } from '../../src/webhooks/sign';
import { finished, sheetOf, uploaded } from '../support/calls';
import { endCommands, startProgram, type Command } from '../support/command';
import { eventually } from '../support/eventually';
import {
  answerWith,
  cut,
  cutBody,
  startHttpProxy,
  type Handle,
  type HttpProxy,
} from '../support/httpProxy';
import { startRequestStage } from '../support/requestStage';
import { startService, type Service } from '../support/service';

const ROOT = path.join(__dirname, '..', '..');
const SECRET = `whsec_${Buffer.from('a secret of the examples').toString('base64')}`;
type Line = [string, string[]];
const WITHOUT_CLIENT: Line[] = [
  ['upload.py', ['python3', 'upload.py', 'products.csv', 'result.csv']],
  ['upload.sh', ['bash', 'upload.sh', 'products.csv', 'result.csv']],
];
const RECEIVERS: Line[] = [
  ['receiver.mjs', [process.execPath, 'receiver.mjs']],
  ['receiver.py', ['python3', 'receiver.py']],
];
const NIGHTLY = [process.execPath, 'nightly.mjs', 'products.csv'];
const UPLOAD = /^\/image\/upload/;
const stage = startRequestStage();
let proxy: HttpProxy;
let service: Service;
let folder: string;

beforeAll(async () => {
  for (const program of ['python3', 'jq', 'curl', 'bash']) {
    try {
      execFileSync(program, ['--version']);
    } catch {
      throw new Error(
        `The tests of the examples need ${program}: install it (Debian: apt-get install ${program})`,
      );
    }
  }
  service = await startService({ env: { WEBHOOK_SECRET: SECRET } });
});
afterAll(() => service.stop());

beforeEach(async () => {
  proxy = await startHttpProxy(service.url);
  folder = await mkdtemp(path.join(tmpdir(), 'examples-'));
  await cp(path.join(ROOT, 'examples'), folder, { recursive: true });
  // As npm installs the client.
  await mkdir(path.join(folder, 'node_modules', '@image-processor'), { recursive: true });
  await symlink(
    path.join(ROOT, 'client'),
    path.join(folder, 'node_modules', '@image-processor', 'client'),
  );
});
afterEach(async () => {
  await endCommands();
  await proxy.stop();
  await rm(folder, { recursive: true });
});

async function start(
  line: readonly string[],
  links: readonly string[],
  url = service.url,
): Promise<Command> {
  await writeFile(path.join(folder, 'products.csv'), sheetOf(links));
  return startProgram(line, { IMAGE_PROCESSOR_URL: url, PAUSE_MS: '1' }, folder);
}

const read = (name: string) => readFile(path.join(folder, name), 'utf8');

describe('the example', () => {
  it.each([
    ['upload.mjs', [process.execPath, 'upload.mjs', 'products.csv', 'result.csv']],
    ...WITHOUT_CLIENT,
  ] satisfies Line[])('%s uploads, waits and saves the result', async (_, line) => {
    const complete = await start(line, [stage.link('/a.jpg')]);
    expect([await complete.ended, complete.stderr()]).toEqual([0, '']);
    expect(complete.stdout()).toContain('1 of 1 image compressed');
    expect(await read('result.csv')).toMatch(/Output Image Urls\n.*\.webp\n/);
    const failing = await start(line, [stage.link('/a.jpg'), stage.link('/gone.jpg')]);
    expect(await failing.ended).toBe(1);
    expect(failing.stdout()).toContain('1 of 2 images compressed, 1 failed');
  });

  it.each(WITHOUT_CLIENT)('%s repeats calls that were refused or lost', async (_, line) => {
    const busy = answerWith(503, { detail: 'Down: mongodb' });
    proxy.on('POST', UPLOAD, cut);
    proxy.on('POST', UPLOAD, busy);
    proxy.on('GET', /^\/image\/status/, busy);
    proxy.on('GET', /^\/image\/result/, cutBody);
    const program = await start(line, [stage.link('/a.jpg')], proxy.url);
    expect(await program.ended).toBe(0);
    expect(await read('result.csv')).toMatch(/Output Image Urls\n.*\.webp\n/);
    const keys = proxy.calls(UPLOAD).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it.each(WITHOUT_CLIENT)('%s prints why the service refuses', async (_, line) => {
    proxy.on('POST', UPLOAD, answerWith(422, { detail: 'No rows' }));
    const program = await start(line, [], proxy.url);
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toContain('422 {"detail":"No rows"}');
    expect(proxy.calls(UPLOAD)).toHaveLength(1);
  });

  it('nightly.mjs uploads an export once, retries what failed, and saves the files', async () => {
    const links = [stage.link(stage.failsOnce())];
    await writeFile(path.join(folder, 'products.csv.failed.csv'), 'of yesterday');
    const first = await start(NIGHTLY, links);
    expect([await first.ended, first.stderr()]).toEqual([0, '']);
    expect(await read('products.csv.result.csv')).not.toContain(links[0]);
    const second = await start(NIGHTLY, links);
    await second.ended;
    expect(second.stdout()).toBe(first.stdout());
    expect(await readdir(folder)).not.toContain('products.csv.failed.csv');
    const regenerated = await start(NIGHTLY, [stage.link('/a.jpg')]);
    expect(await regenerated.ended).toBe(0);
    expect(regenerated.stdout()).not.toBe(first.stdout());
  });

  it('nightly.mjs saves the rows that no retry can help', async () => {
    proxy.on('POST', /\/retry$/, answerWith(409, { detail: 'Only rows without links failed' }));
    const job = await start(NIGHTLY, [stage.link('/gone.jpg')], proxy.url);
    expect([await job.ended, job.stderr()]).toEqual([1, '']);
    expect(await read('products.csv.failed.csv')).toContain('not_found');
    expect(proxy.calls(/\/retry$/)).toHaveLength(1);
  });

  it.each<[string, Handle]>([
    ['the answer of its retry is lost', cut],
    [
      'someone else retries first',
      async ({ response, passOn }) => {
        await (await passOn()).toArray();
        response.writeHead(409).end();
      },
    ],
  ])('nightly.mjs goes on when %s', async (_, handle) => {
    proxy.on('POST', /\/retry$/, handle);
    const job = await start(NIGHTLY, [stage.link(stage.failsOnce())], proxy.url);
    expect([await job.ended, job.stderr()]).toEqual([0, '']);
  });

  it.each(RECEIVERS)('%s verifies webhooks, and keeps each once', async (_, line) => {
    const receiver = startProgram(line, { WEBHOOK_SECRET: SECRET, PORT: '0' }, folder);
    await receiver.says('http://');
    const url = receiver.stdout().trim();
    const id = await uploaded(service.url, sheetOf([stage.link('/a.jpg')]), {
      fields: { webhook_url: url },
    });
    await finished(service.url, id);
    await receiver.says(`received ${id} completed`);
    const body = await read(`inbox/${id}.1.json`);
    expect(JSON.parse(body)).toEqual({
      request_id: id,
      status: 'completed',
      details: '1 of 1 image compressed',
    });
    const signer = new Webhook(SECRET);
    const headers = webhookHeaders({ id: `${id}.1`, body }, new Date(), [signer]);
    expect((await post(url, headers, body)).status).toBe(204);
    await receiver.says(`repeated ${id} completed`);
    const old = webhookHeaders({ id: `${id}.2`, body }, new Date(Date.now() - 600_000), [signer]);
    expect((await post(url, old, body)).status).toBe(401);
    expect((await post(url, { ...headers, 'webhook-id': `${id}.3` }, body)).status).toBe(401);
    expect((await post(url, {}, body)).status).toBe(401);
    await eventually(
      () => readdir(path.join(folder, 'inbox')),
      (files) => files.length === 1,
    );
  });
});

describe('the receiver', () => {
  const env = { WEBHOOK_SECRET: SECRET, PORT: '0' };
  const body = JSON.stringify({ request_id: 'a', status: 'completed', details: '' });
  const headers = () => webhookHeaders({ id: 'a.1', body }, new Date(), [new Webhook(SECRET)]);
  async function started(line: readonly string[]) {
    const receiver = startProgram(line, env, folder);
    await receiver.says('http://');
    const url = receiver.stdout().trim();
    /** Without an answer, the service counts the attempt as failed, too. */
    const send = () =>
      post(url, headers(), body).then(
        ({ status }) => status,
        () => 500,
      );
    return { receiver, url, send };
  }

  it.each(RECEIVERS)('%s keeps a message whole after it failed to', async (_, line) => {
    const full = await started(['bash', '-c', 'ulimit -f 0; exec "$@"', 'bash', ...line]);
    expect(await full.send()).toBe(500);
    await endCommands();
    const { receiver, send } = await started(line);
    await rename(path.join(folder, 'inbox'), path.join(folder, 'elsewhere'));
    expect(await send()).toBe(500);
    await rename(path.join(folder, 'elsewhere'), path.join(folder, 'inbox'));
    expect(await Promise.all([send(), send()])).toEqual([204, 204]);
    await receiver.says('received a completed');
    await receiver.says('repeated a completed');
    expect(await read('inbox/a.1.json')).toBe(body);
  });

  it.each(RECEIVERS)('%s refuses a large body before it arrives', async (_, line) => {
    const { url } = await started(line);
    const sending = request(url, { method: 'POST', headers: { 'content-length': 65_537 } });
    sending.flushHeaders();
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    sending.destroy();
  });

  it.each(RECEIVERS)('%s does not start without the secret', async (_, line) => {
    expect(await startProgram(line, { PORT: '0', WEBHOOK_SECRET: '' }, folder).ended).toBe(1);
  });
});

/** Sends a message as the service does, but to an example, whose answers the contract does not describe. */
function post(url: string, headers: Record<string, string>, body: string): Promise<Response> {
  // eslint-disable-next-line no-restricted-globals -- not a call of the API
  return fetch(url, { method: 'POST', headers, body });
}
