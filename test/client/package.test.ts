import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { sheetOf } from '../support/calls';
import { startRequestStage } from '../support/requestStage';

/** Packs the client, installs it into an empty folder, and uses it there as strangers do. */

const ROOT = path.join(__dirname, '..', '..');
const execute = promisify(execFile);
const stage = startRequestStage();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'package-'));
  await execute('npm', ['pack', '--pack-destination', folder], { cwd: path.join(ROOT, 'client') });
  const [tarball = ''] = await readdir(folder);
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
  // Offline: the package has no dependencies.
  await execute('npm', ['install', '--offline', '--no-audit', tarball], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true }));

const SECRET = `whsec_${Buffer.from('secret').toString('base64')}`;

/** A program that uses what has types worth checking. `null.toFixed` would not compile. */
const PROGRAM = `
import { ApiError, createClient, type RequestResource, type UploadFields } from '@image-processor/client';
import { verifyWebhook } from '@image-processor/client/webhook';

declare const process: { readonly env: Record<string, string | undefined> };
const { SERVICE = '', SHEET = '', SECRET = '', HEADERS = '{}', BODY = '' } = process.env;

async function main(): Promise<void> {
  const client = createClient({ url: SERVICE });
  const fields: UploadFields = { quality: 70, format: 'webp' };
  // @ts-expect-error -- a format that does not exist
  const wrong: UploadFields = { format: 'bmp' };
  const id = await client.upload(new Blob([SHEET]), { name: 'products.csv', fields });
  const request: RequestResource = await client.waitFor(id);
  const formats: (string | null)[] = [];
  for await (const { format } of client.images(id)) formats.push(format);
  const refused = await client.upload(new Blob([SHEET]), { name: 'a.csv', fields: wrong }).catch((error: unknown) => error);
  const { status } = verifyWebhook(SECRET, JSON.parse(HEADERS) as Record<string, string>, BODY);
  const outcome: 'completed' | 'completed_with_errors' | 'failed' | 'cancelled' = status;
  console.log(JSON.stringify([request.status, formats, refused instanceof ApiError && refused.status, outcome]));
}
void main();
`;

describe('the packed client', () => {
  it.each([
    ['ESM', 'program.mts', 'program.mjs'],
    ['CommonJS', 'program.cts', 'program.cjs'],
  ])('type-checks and runs in a program that is %s', async (_, source, compiled) => {
    await writeFile(path.join(folder, source), PROGRAM);
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2022'];
    const lib = ['--lib', 'es2022,dom,dom.iterable,dom.asynciterable', '--skipLibCheck', 'false'];
    const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    await compile([tsc, ...flags, ...lib, source]);
    const body = JSON.stringify({ request_id: 'a', status: 'completed', details: '' });
    const now = new Date();
    const headers = {
      'webhook-id': 'a.1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign('a.1', now, body),
    };
    const { stdout } = await execute(process.execPath, [compiled], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        SERVICE: stage.service.url,
        SHEET: sheetOf([stage.link('/a.jpg')]),
        SECRET,
        HEADERS: JSON.stringify(headers),
        BODY: body,
      },
    });
    expect(JSON.parse(stdout)).toEqual(['completed', ['webp'], 422, 'completed']);
  });

  it('has the command in a checkout, by npx', async () => {
    const { stdout } = await execute('npx', ['--offline', './client', '--help'], { cwd: ROOT });
    expect(stdout).toContain('Usage: image-processor upload FILE.csv');
  });

  it('brings no other package, and the command', async () => {
    const modules = await readdir(path.join(folder, 'node_modules'));
    expect(modules.filter((name) => !name.startsWith('.'))).toEqual(['@image-processor']);
    const command = path.join(folder, 'node_modules', '.bin', 'image-processor');
    const { stdout } = await execute(command, ['--help']);
    expect(stdout).toContain('Usage: image-processor upload FILE.csv');
  });

  it('is small in the bundle of a page', async () => {
    const page = path.join(folder, 'page');
    await mkdir(page);
    await writeFile(path.join(page, 'index.html'), '<script type="module" src="main.js"></script>');
    await writeFile(
      path.join(page, 'main.js'),
      "import { createClient } from '@image-processor/client'; window.client = createClient({ url: '' });",
    );
    const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
    const flags = ['--configLoader', 'runner', '--logLevel', 'warn'];
    await execute(process.execPath, [vite, 'build', page, ...flags], { cwd: folder });
    const assets = path.join(page, 'dist', 'assets');
    const [script = ''] = await readdir(assets);
    const bundle = await readFile(path.join(assets, script));
    expect(bundle.toString()).toContain('idempotency-key');
    expect(gzipSync(bundle).length).toBeLessThan(5_000);
  });
});

/** @throws Error with what the compiler printed */
async function compile(line: readonly string[]): Promise<void> {
  await execute(process.execPath, [...line], { cwd: folder }).catch((error: unknown) => {
    throw new Error((error as { readonly stdout: string }).stdout);
  });
}
