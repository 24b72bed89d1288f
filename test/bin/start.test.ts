import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/process/ports';
import { call } from '../support/api';
import { finished, resultOf, sheetOf, statusOf, uploaded } from '../support/calls';
import { alive, endCommands, startCommand, type Command } from '../support/command';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { listen } from '../support/listen';
import { photo } from '../support/pictures';
import { openTestBucket } from '../support/s3';
import { itWithSetpriv, pathWithoutSetpriv } from '../support/setpriv';
import { withFolder } from '../support/temporaryFile';

/** The processes of a start: itself, Temporal, MongoDB, the API and a worker. */
const PROCESSES = 5;

let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin();
  origin.on('/a.jpg', bytes(await photo()));
});
afterAll(() => origin.stop());

/** Runs the work with a folder for starts. Ends them before removing it, since their servers write until they end. */
const withDataDir = (work: (dataDir: string) => Promise<void>) =>
  withFolder(async (dataDir) => {
    try {
      await work(dataDir);
    } finally {
      await endCommands();
    }
  });

interface Started {
  readonly command: Command;
  readonly url: string;
}

/** Starts `npm start` at free ports. */
async function start(
  dataDir: string,
  env: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
): Promise<Started> {
  const port = await freePort('the API', 'PORT', 0, () => undefined);
  const settings = {
    PORT: String(port),
    DATA_DIR: dataDir,
    EMBEDDED_TEMPORAL_PORT: '0',
    EMBEDDED_UI_PORT: '0',
    EMBEDDED_MONGODB_PORT: '0',
    EMBEDDED_S3_PORT: '0',
    ALLOWED_NETWORKS: '127.0.0.0/8',
    LOG_LEVEL: 'warn',
    ...env,
  };
  const command = startCommand('start', settings, args);
  return { command, url: `http://127.0.0.1:${port}` };
}

async function started(...given: Parameters<typeof start>): Promise<Started> {
  const one = await start(...given);
  await one.command.says('Data ');
  return one;
}

const WITH_S3 = ['--storage', 's3'];

const oneImage = () => sheetOf([`${origin.url}/a.jpg`]);

describe('A running start', () => {
  let folder: string;
  let command: Command;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
    ({ command, url } = await started(folder, {}, ['--sample']));
  });
  afterAll(async () => {
    await endCommands();
    await rm(folder, { recursive: true });
  });

  it('prints the addresses at which everything answers', async () => {
    const output = command.stdout();
    expect(/^ {2}.*/m.exec(output)?.[0]).toBe(`  Page       ${url}`);
    expect(output).toMatch(/curl -F file=@\S+\.csv /);
    expect(output).toContain(` ${url}/image/upload/`);
    expect(output).toContain('Ctrl-C');
    expect(output).toContain(folder);
    expect(output).toMatch(/mongodb:\/\/127\.0\.0\.1:\d+\//);
    const [docs = '', webUi = ''] = [/API docs +(\S+)/, /Web UI +(\S+)/].map(
      (line) => line.exec(output)?.[1],
    );
    expect((await call(docs)).status).toBe(200);
    expect((await fetch(webUi)).status).toBe(200);
  });

  it('accepts an upload and processes it', async () => {
    const id = await uploaded(url, oneImage());
    expect(await finished(url, id)).toMatchObject({
      status: 'completed',
      details: '1 of 1 image compressed',
    });
  });

  it('offers a sample with --sample, and serves the pictures of it', async () => {
    const sample = await (await call(`${url}/assets/sample.csv`)).text();
    const [link = ''] = /http:[^",]+ceramic-mug-front\.jpg/.exec(sample) ?? [];
    const id = await uploaded(url, sheetOf([link]));
    expect(await finished(url, id)).toMatchObject({ status: 'completed' });
  });

  it('is not affected by a second start at its DATA_DIR, which is refused', async () => {
    // The same start again, as users do by mistake: its port is taken as well.
    const { command: other } = await start(folder, { PORT: new URL(url).port });
    expect(await other.ended).toBe(1);
    expect(other.stdout()).toBe('');
    expect(other.stderr()).toBe(
      `DATA_DIR ${folder} is in use by process ${command.pid}; ` +
        'stop it, or set another DATA_DIR\n',
    );
    expect((await call(`${url}/health/ready`)).status).toBe(200);
  });

  it('restarts each of its processes that is killed', async () => {
    const [, ...children] = await command.family();
    for (const pid of children) process.kill(pid, 'SIGKILL');
    for (const name of ['Temporal server', 'MongoDB server', 'api', 'worker']) {
      await command.says(`The ${name} died (SIGKILL) and is started again`);
    }
    await eventually(
      () => call(`${url}/health/ready`).catch(() => null),
      (response) => response?.ok === true,
    );
    const id = await uploaded(url, oneImage());
    expect((await finished(url, id)).status).toBe('completed');
  });
});

describe('npm start', () => {
  afterEach(endCommands);

  it('ends everything at Ctrl-C, also without a reader or when the signal comes twice, and keeps finished requests', () =>
    withDataDir(async (dataDir) => {
      const first = await started(dataDir);
      const id = await uploaded(first.url, oneImage());
      await finished(first.url, id);
      const result = await resultOf(first.url, id);
      const family = await first.command.family();
      expect(family.length).toBeGreaterThanOrEqual(PROCESSES);
      first.command.stopReading();
      first.command.kill('SIGINT');
      expect(await first.command.ended).toBe(0);
      expect(await alive(family)).toEqual([]);

      const second = await started(dataDir);
      expect((await statusOf(second.url, id)).status).toBe('completed');
      expect(await resultOf(second.url, id)).toBe(result);

      const next = await second.command.family();
      second.command.kill('SIGINT');
      await second.command.says('Stopping');
      second.command.kill('SIGINT');
      expect(await second.command.ended).toBe(0);
      expect(await alive(next)).toEqual([]);
    }));

  /** Kills a start while it processes a request, and lets the next start finish the request. */
  async function killAndRestart(
    dataDir: string,
    env: NodeJS.ProcessEnv,
    args: readonly string[],
    whenKilled: (family: readonly number[]) => Promise<unknown>,
    whenStarted: (second: Command) => void,
  ): Promise<void> {
    // A killed process cannot remove its temporary files, so they are in the test's folder.
    const first = await started(dataDir, { TMPDIR: dataDir, ...env }, args);
    origin.on('/slow.jpg', () => undefined);
    const before = origin.hits('/slow.jpg');
    const id = await uploaded(first.url, sheetOf([`${origin.url}/slow.jpg`]));
    await eventually(
      () => origin.hits('/slow.jpg'),
      (hits) => hits > before,
    );
    const family = await first.command.family();
    expect(family.length).toBeGreaterThanOrEqual(PROCESSES);
    first.command.kill('SIGKILL');
    expect(await first.command.ended).toBe('SIGKILL');
    await whenKilled(family);
    origin.on('/slow.jpg', bytes(await photo()));

    const second = await started(dataDir, {}, args);
    whenStarted(second.command);
    expect(await finished(second.url, id)).toMatchObject({ status: 'completed' });
    await gone(family);
  }

  const gone = (family: readonly number[]) =>
    eventually(
      () => alive(family),
      (left) => left.length === 0,
    );

  itWithSetpriv('ends everything when it is killed by SIGKILL, and loses no request', () =>
    withDataDir((dataDir) =>
      killAndRestart(dataDir, {}, [], gone, (second) => {
        expect(second.stderr()).not.toContain('Ending the ');
      }),
    ),
  );

  it('ends the orphans of a SIGKILL at the next start where setpriv is missing, and loses no request', () =>
    withDataDir(async (dataDir) => {
      const env = { PATH: await pathWithoutSetpriv(dataDir) };
      await killAndRestart(
        dataDir,
        env,
        WITH_S3,
        () => Promise.resolve(),
        (second) => {
          expect(second.stderr()).toContain('Ending the Temporal server');
          expect(second.stderr()).toContain('Ending the MongoDB server');
          expect(second.stderr()).toContain('Ending the S3 server');
        },
      );
    }));

  it('keeps files in object storage with --storage s3, also across a stop', () =>
    withDataDir(async (dataDir) => {
      const first = await started(dataDir, {}, WITH_S3);
      expect(first.command.stdout()).toMatch(
        /Storage +s3:\/\/image-processor at http:\/\/127\.0\.0\.1:\d+\n/,
      );
      const id = await uploaded(first.url, oneImage());
      expect(await finished(first.url, id)).toMatchObject({ status: 'completed' });
      const result = await resultOf(first.url, id);
      const objects = path.join(dataDir, 'embedded', 'objects', 'buckets', 'image-processor');
      expect(await readdir(path.join(objects, 'files', id))).toHaveLength(1);
      expect(await readdir(dataDir)).not.toContain('files');
      first.command.kill('SIGINT');
      expect(await first.command.ended).toBe(0);
      const second = await started(dataDir, {}, WITH_S3);
      expect(await resultOf(second.url, id)).toBe(result);
    }));

  it('starts no object storage when STORAGE_URL names a bucket', () =>
    withDataDir(async (dataDir) => {
      const bucket = await openTestBucket();
      const { command } = await started(
        dataDir,
        { ...bucket.env, STORAGE_URL: bucket.url },
        WITH_S3,
      );
      expect(command.stdout()).toContain(`  Storage    ${bucket.url}\n`);
      const pids = await readFile(path.join(dataDir, 'embedded', 'servers.json'), 'utf8');
      expect(Object.keys(JSON.parse(pids) as object)).toEqual([
        'Temporal server',
        'MongoDB server',
      ]);
      await endCommands();
      await bucket.remove();
    }));

  it('refuses a PORT that is taken, and names it', () =>
    withDataDir(async (dataDir) => {
      const { port, close } = await listen(createServer());
      const { command } = await start(dataDir, { PORT: String(port) });
      expect(await command.ended).toBe(1);
      expect(command.stderr()).toBe(`Port ${port} is taken; set PORT to another\n`);
      await close();
    }));

  it('refuses an invalid environment before it starts anything', () =>
    withDataDir(async (dataDir) => {
      const { command } = await start(path.join(dataDir, 'new'), {
        PORT: 'http',
        LOG_LEVEL: 'loud',
      });
      expect(await command.ended).toBe(1);
      expect(command.stderr()).toMatch(/PORT: .*\n.*LOG_LEVEL: /);
      expect(await readdir(dataDir)).toEqual([]);
    }));

  it('removes its lock when a server cannot be started', () =>
    withDataDir(async (folder) => {
      const [dataDir, temporary] = [path.join(folder, 'data'), path.join(folder, 'tmp')];
      await mkdir(dataDir);
      await mkdir(temporary);
      await writeFile(path.join(dataDir, 'embedded'), 'in the way');
      const { command } = await start(dataDir, { TMPDIR: temporary });
      expect(await command.ended).toBe(1);
      expect(command.stderr()).toContain(path.join(dataDir, 'embedded'));
      expect(await readdir(temporary)).toEqual([]);
      expect(await readdir(dataDir)).toEqual(['embedded']);
    }));
});
