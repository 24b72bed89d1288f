import { execFileSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');

interface Module {
  readonly source: string;
  readonly dependencies: readonly { readonly resolved: string }[];
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- a configuration file, not a module of ours
const { FOLDERS, pathOf } = require('../../folders.cjs') as {
  FOLDERS: Readonly<Record<string, { imports: readonly string[]; types?: readonly string[] }>>;
  pathOf: (folder: string) => string;
};

describe('folders.cjs', () => {
  it('allows no unused imports between folders', () => {
    const output = execFileSync(
      path.join(ROOT, 'node_modules', '.bin', 'depcruise'),
      ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'].concat(
        'contract',
        'client',
        'sheet',
        'web',
        'workflows',
        'activities',
        'src',
      ),
      { cwd: ROOT, maxBuffer: 2 ** 26 },
    );
    const { modules } = JSON.parse(output.toString()) as { modules: Module[] };
    const unused = Object.entries(FOLDERS).flatMap(([folder, { imports, types = [] }]) => {
      const own = modules.filter(({ source }) => new RegExp(pathOf(folder)).test(source));
      const used = own.flatMap(({ dependencies }) => dependencies.map(({ resolved }) => resolved));
      return [...imports, ...types]
        .filter((other) => !used.some((file) => new RegExp(pathOf(other)).test(file)))
        .map((other) => `${folder} → ${other}`);
    });
    expect(modules.length).toBeGreaterThan(100);
    expect(unused).toEqual([]);
  });
});
