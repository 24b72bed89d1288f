import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { alive, endCommands, startCommand, type Command } from '../../support/command';
import { withFolder } from '../../support/temporaryFile';

/** Settings of a shell for Temporal Cloud and another store, which the demo must not use. */
async function foreignShell(folder: string): Promise<NodeJS.ProcessEnv> {
  const file = path.join(folder, 'cloud.toml');
  await writeFile(file, '[profile.default]\nnamespace = "elsewhere"\napi_key = "secret"\n');
  return {
    TEMPORAL_CONFIG_FILE: file,
    TEMPORAL_NAMESPACE: 'elsewhere',
    STORAGE_URL: 's3://elsewhere',
  };
}

/** Runs `npm run demo` to its end, with its data in a folder that is removed after the work. */
function afterDemo(
  args: readonly string[],
  work: (command: Command, code: number | NodeJS.Signals | null) => Promise<void> | void,
): Promise<void> {
  return withFolder(async (folder) => {
    const command = startCommand('demo', { TMPDIR: folder, ...(await foreignShell(folder)) }, args);
    await work(command, await command.ended);
  });
}

/** The words at the beginning of the lines of a report. */
const labelsOf = (text: string) =>
  [...text.matchAll(/^([A-Z][A-Za-z ]*?) {2,}\S/gm)].map(([, label]) => label);

async function readmeOutput(): Promise<string> {
  const readme = await readFile(path.join(__dirname, '..', '..', '..', 'README.md'), 'utf8');
  return /\$ npm run demo\n([^]*?)```/.exec(readme)?.[1] ?? '';
}

describe('npm run demo', () => {
  afterEach(endCommands);

  it('processes the sample and reports the outcome', () =>
    afterDemo([], async (command, code) => {
      const output = command.stdout();
      expect([code, command.stderr()]).toEqual([0, expect.stringMatching(/\nStopping\n$/)]);
      expect(output).toContain('0 of 45 images compressed, 45 to go\n');
      expect(output).toContain('completed_with_errors: 43 of 45 images compressed, 2 failed\n');
      expect(output).toMatch(/1 × not_found: .*404\n.*-missing\.jpg\n/);
      expect(output).toMatch(/1 × corrupt_image: .*\n.*-corrupt\.jpg\n/);
      expect(output).toContain('1 image succeeded at a later attempt\n');
      expect(output).toMatch(/Webhook +received as [0-9a-f-]{36}\.1, signature verified\n/);
      expect(output).toMatch(
        /Web UI +http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/image-request%2F/,
      );
      const result = await readFile(/Result CSV +(\S+)/.exec(output)?.[1] ?? '', 'utf8');
      expect(result.match(/\/image\/files\//g)).toHaveLength(43);
      const failed = await readFile(/Failed rows +(\S+)/.exec(output)?.[1] ?? '', 'utf8');
      expect(failed).toContain('not_found');
      expect(failed).toContain('corrupt_image');
      expect(labelsOf(await readmeOutput())).toEqual(labelsOf(output));
    }));

  it('prints the address of the page first with --keep, and leaves the page up until Ctrl-C', () =>
    withFolder(async (folder) => {
      const command = startCommand('demo', { TMPDIR: folder }, ['--keep']);
      await command.says('Clean up');
      const output = command.stdout();
      const url = /^\nPage +(http:\/\/127\.0\.0\.1:\d+)\n/.exec(output)?.[1] ?? '';
      expect((await fetch(url)).headers.get('content-type')).toBe('text/html; charset=utf-8');
      command.kill('SIGINT');
      expect(await command.ended).toBe(0);
    }));

  it('keeps the images in object storage with --storage s3, and says where', () =>
    afterDemo(['--storage', 's3'], async (command, code) => {
      const output = command.stdout();
      expect([code, command.stderr()]).toEqual([0, expect.stringMatching(/\nStopping\n$/)]);
      const [, id = '', folder = ''] =
        /Pictures +s3:\/\/image-processor\/files\/(\S+)\/\n +on the S3 server, .* in (\S+)\n/.exec(
          output,
        ) ?? [];
      // One of the 43 pictures is linked twice.
      expect(await readdir(path.join(folder, 'files', id))).toHaveLength(42);
    }));

  it('leaves no process when it is stopped during its start', () =>
    withFolder(async (folder) => {
      const command = startCommand('demo', { TMPDIR: folder });
      await command.says('Starting Temporal');
      command.kill('SIGINT');
      const family = await command.family();
      expect(await command.ended).toBe(0);
      expect(await alive(family)).toEqual([]);
    }));

  it('names a missing file, and starts nothing', () =>
    afterDemo(['missing.csv'], (command, code) => {
      expect(code).toBe(1);
      expect(command.stderr()).toMatch(
        /^Expected a CSV file to upload, received ENOENT.*missing\.csv'\n$/,
      );
      expect(command.stdout()).toBe('');
    }));

  it('refuses another storage', () =>
    afterDemo(['--storage', 'tape'], (command, code) => {
      expect([code, command.stderr()]).toEqual([
        1,
        'Expected --storage s3, or no --storage to keep files on disk, received tape\n',
      ]);
    }));

  it('refuses more than one file', () =>
    afterDemo(['a.csv', 'b.csv'], (command, code) => {
      expect(code).toBe(1);
      expect(command.stderr()).toContain('Expected at most one file; usage: npm run demo --');
    }));
});
