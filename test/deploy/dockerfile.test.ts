import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const root = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const linesOf = (file: string) =>
  read(file)
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

interface Instruction {
  readonly name: string;
  readonly rest: readonly string[];
}

const stages: Instruction[][] = [];
for (const line of linesOf('Dockerfile')) {
  const [name = '', ...rest] = line.trim().split(/ +/);
  if (name === 'FROM') stages.push([]);
  stages.at(-1)?.push({ name, rest });
}
const [build = [], last = []] = stages;
const named = (name: string, stage: readonly Instruction[]) =>
  stage.filter((one) => one.name === name).map(({ rest }) => rest);
const from = (stage: readonly Instruction[]) => named('FROM', stage)[0]?.[0] ?? '';

/** The paths that a stage copies from the build context. */
const copiedTo = (stage: readonly Instruction[]) =>
  named('COPY', stage)
    .filter(([first]) => !first?.startsWith('--from='))
    .flatMap((rest) => rest.slice(0, -1));
/** The paths that the last stage copies from the first, relative to `/app`. */
const carriedOver = named('COPY', last)
  .filter(([first]) => first === '--from=build')
  .flatMap((rest) => rest.slice(1, -1))
  .map((file) => file.replace('/app/', ''));
const sources = [...copiedTo(build), ...copiedTo(last)];
const isBelow = (folders: readonly string[]) => (file: string) =>
  folders.some((folder) => file === folder || file.startsWith(`${folder}/`));

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      build: z.string().optional(),
      command: z.unknown().optional(),
      healthcheck: z.object({ test: z.array(z.string()) }).optional(),
    }),
  ),
});
const { services } = composeSchema.parse(parse(read('docker-compose.yml'), { merge: true }));
const cmd = JSON.parse(named('CMD', last).at(-1)?.join(' ') ?? '[]') as string[];
/** Our files that start a container or check its health. */
const started = [
  cmd,
  ...Object.values(services)
    .filter((service) => service.build !== undefined)
    .flatMap(({ command = [], healthcheck }) => [command as string[], healthcheck?.test ?? []]),
]
  .flat()
  .filter((word) => /\.m?js$/.test(word));

/** The entry points of `npm run ops` and of the build: see package.json. */
const scripts = read('package.json').match(/dist\/src\/bin\/(ops|bundle)\.js/g) ?? [];
const sourceOf = (built: string) => built.replace(/^dist\//, '').replace(/\.js$/, '.ts');
const entries = [...started, ...scripts].filter((file) => file.startsWith('dist/')).map(sourceOf);

interface Module {
  readonly source: string;
  readonly dependencies: readonly {
    readonly module: string;
    readonly resolved: string;
    readonly coreModule: boolean;
  }[];
}

/** Our modules, by path. */
let modules: ReadonlyMap<string, Module>;
beforeAll(() => {
  const output = execFileSync(
    path.join(root, 'node_modules', '.bin', 'depcruise'),
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'json'].concat(
      'contract',
      'client',
      'web',
      'workflows',
      'activities',
      'src',
    ),
    { cwd: root, maxBuffer: 2 ** 26 },
  );
  const read = JSON.parse(output.toString()) as { modules: Module[] };
  modules = new Map(read.modules.map((one) => [one.source, one]));
});

/** Returns the files that these import, including themselves, and the packages that they import. */
function importsOf(files: readonly string[]) {
  const reached = new Set(files);
  const packages = new Set<string>();
  // Iterating over a set includes what is added during the iteration.
  for (const file of reached) {
    for (const { module, resolved, coreModule } of modules.get(file)?.dependencies ?? []) {
      if (module.startsWith('.')) reached.add(resolved);
      else if (!coreModule) packages.add(/^(@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? module);
    }
  }
  return { files: [...reached], packages: [...packages] };
}

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().default(false) })),
});
const { packages: locked } = lockSchema.parse(JSON.parse(read('package-lock.json')));
/** Whether `npm prune --omit=dev` keeps the package. */
const isKept = (name: string) => locked[`node_modules/${name}`]?.dev === false;

describe('Dockerfile', () => {
  it('uses the same supported Node on Debian in both stages', () => {
    expect(stages).toHaveLength(2);
    expect(from(last)).toBe(from(build));
    expect(from(last)).toMatch(/^node:\d+-(slim|bookworm|trixie)/);
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const oldest = /\d+/.exec(engines.node)?.[0];
    expect(Number(/\d+/.exec(from(last))?.[0])).toBeGreaterThanOrEqual(Number(oldest));
  });

  it('runs as a non-root user', () => {
    expect(named('USER', last).at(-1)).toEqual([expect.not.stringMatching(/^(root|0)(:|$)/)]);
  });

  it('starts node directly, so that it receives signals', () => {
    expect(cmd[0]).toBe('node');
  });

  it('contains every file that starts a container or checks its health', () => {
    expect(started.length).toBeGreaterThan(2);
    const missing = started.filter((file) =>
      file.startsWith('dist/')
        ? !existsSync(path.join(root, sourceOf(file))) || !carriedOver.includes('dist')
        : !copiedTo(last).includes(file),
    );
    expect(missing).toEqual([]);
  });

  it('copies everything that the processes and the workflow bundle import', () => {
    // The bundler reads the workflows by path.
    const { files } = importsOf([...entries, 'workflows/index.ts']);
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((file) => !isBelow(copiedTo(build))(file))).toEqual([]);
  });

  it('keeps every package that the processes import', () => {
    const { packages } = importsOf(entries);
    expect(packages.length).toBeGreaterThan(15);
    expect(packages.filter((name) => !isKept(name))).toEqual([]);
    expect(carriedOver).toContain('node_modules');
  });

  it('contains no package of the embedded servers', () => {
    const ours = new Set(importsOf(entries).packages);
    const embedded = importsOf([...modules.keys()].filter(isBelow(['src/dev']))).packages.filter(
      (name) => !ours.has(name),
    );
    expect(embedded.length).toBeGreaterThan(0);
    expect(embedded.filter(isKept)).toEqual([]);
  });

  it('copies only existing paths', () => {
    expect(sources.filter((source) => !existsSync(path.join(root, source)))).toEqual([]);
  });
});

describe('.dockerignore', () => {
  const [first, ...exceptions] = linesOf('.dockerignore');

  it('excludes everything except what the Dockerfile copies', () => {
    expect(first).toBe('*');
    const included = exceptions.map((line) => line.replace('!', ''));
    expect(included.sort()).toEqual([...new Set(sources)].sort());
  });
});
