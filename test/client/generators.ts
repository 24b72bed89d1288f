import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { call } from '../support/api';
import { finished, sheetOf } from '../support/calls';
import { startRequestStage } from '../support/requestStage';

/**
 * Generates clients from the OpenAPI document as docs/client.md shows, and uploads a sheet with each. It needs PyPI and
 * the npm registry, so it is not among the tests of `npm test`: `npm run generators` runs it, as `.ci/run` does.
 */

const stage = startRequestStage();
const execute = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'generators-'));
  const document = await call(`${stage.service.url}/openapi.json`);
  await writeFile(path.join(folder, 'openapi.json'), await document.text());
  await writeFile(path.join(folder, 'products.csv'), sheetOf([stage.link('/a.jpg')]));
});
afterAll(() => rm(folder, { recursive: true }));

/** Returns the programs of the recipes in docs/client.md, by language. */
async function recipe(language: string): Promise<string> {
  const text = await readFile(path.join(__dirname, '..', '..', 'docs', 'client.md'), 'utf8');
  const section = text.slice(text.indexOf('## Generated clients'));
  const [, program] = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(section) ?? [];
  if (program === undefined) throw new Error(`Expected a program in ${language} in docs/client.md`);
  return program
    .replace('http://127.0.0.1:8000', stage.service.url)
    .replace('https://shop.example/mug.jpg', stage.link('/a.jpg'));
}

const run = async (program: string, args: readonly string[], cwd = folder) => {
  // The Python generator calls its formatter, which is installed beside it.
  const PATH = `${path.join(folder, 'venv', 'bin')}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH };
  const { stdout } = await execute(program, [...args], { cwd, env, maxBuffer: 2 ** 26 });
  return stdout.trim();
};

describe('a client that is generated', () => {
  it('by openapi-python-client uploads a sheet', async () => {
    await run('python3', ['-m', 'venv', 'venv']);
    const python = path.join(folder, 'venv', 'bin', 'python');
    await run(python, ['-m', 'pip', 'install', '--quiet', 'openapi-python-client==0.29.1']);
    const generate = [
      'generate',
      '--path',
      'openapi.json',
      '--meta',
      'setup',
      '--output-path',
      'client',
    ];
    await writeFile(
      path.join(folder, 'config.yml'),
      'content_type_overrides: { "image/*": application/octet-stream }\n',
    );
    const generator = path.join(folder, 'venv', 'bin', 'openapi-python-client');
    const said = await run(generator, [...generate, '--config', 'config.yml']);
    expect(said).not.toMatch(/WARNING|Unable/);
    await run(python, ['-m', 'pip', 'install', '--quiet', './client']);
    await writeFile(path.join(folder, 'upload.py'), await recipe('python'));
    const id = await run(python, ['upload.py']);
    expect((await finished(stage.service.url, id)).status).toBe('completed');
  }, 300_000);

  it('by openapi-typescript and used with openapi-fetch uploads a sheet', async () => {
    const own = path.join(folder, 'typescript');
    await mkdir(own);
    await writeFile(path.join(own, 'package.json'), '{ "private": true, "type": "module" }');
    const packages = ['openapi-typescript@7.13.0', 'openapi-fetch@0.17.0', 'typescript@5.9'];
    await run('npm', ['install', '--no-audit', '--no-fund', ...packages], own);
    const bin = path.join(own, 'node_modules', '.bin');
    const flags = ['--default-non-nullable', 'false', '--output', 'schema.d.ts'];
    await run(path.join(bin, 'openapi-typescript'), ['../openapi.json', ...flags], own);
    await writeFile(path.join(own, 'upload.ts'), await recipe('ts'));
    const lib = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
    await run(path.join(bin, 'tsc'), [...lib, 'upload.ts'], own);
    const id = await run(process.execPath, ['upload.js'], own);
    expect((await finished(stage.service.url, id)).status).toBe('completed');
  }, 300_000);
});
