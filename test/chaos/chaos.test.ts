import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { alive, endCommands, startCommand } from '../support/command';

afterEach(endCommands);

describe('npm run chaos', () => {
  it.each([
    ['disk', [], /^result CSVs uploaded in parts +0$/m],
    ['object storage', ['--storage', 's3'], /^result CSVs uploaded in parts +[1-9]/m],
  ])(
    'finds no violation after a few kills on %s, and leaves no processes or files',
    async (_, storage, parts) => {
      const temporary = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
      const run = startCommand('../../chaos/run', { TMPDIR: temporary }, [
        '--seed',
        '198',
        '--kills',
        '3',
        '--images',
        '60',
        '--requests',
        '3',
        ...storage,
      ]);
      await run.says('The disturbances are over');
      const family = await run.family();
      // Compared together, so that a failure shows the reason beside the exit code.
      expect([await run.ended, run.stderr()]).toEqual([0, expect.any(String)]);
      expect(run.stdout()).toMatch(/^kills +3$/m);
      expect(run.stdout()).toMatch(/^violations +0$/m);
      expect(run.stdout()).toMatch(parts);
      expect(await alive(family)).toEqual([]);
      expect(await readdir(temporary)).toEqual([]);
      await rm(temporary, { recursive: true });
    },
    300_000,
  );

  it.each([
    [['--kills', 'many'], 'Expected --kills to be a whole number from 0 on, received many'],
    [
      ['--storage', 'tape'],
      'Expected --storage s3, or no --storage to keep files on disk, received tape',
    ],
    [['--images', '3', '--requests', '4'], 'Expected at least one image per request'],
  ])('refuses %j before it starts anything', async (args, reason) => {
    const run = startCommand('../../chaos/run', {}, args);
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toContain(reason);
  });
});
