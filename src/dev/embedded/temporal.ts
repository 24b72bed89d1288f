import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { messageOf } from '../../errors';
import { cached, installOnce } from './cache';
import type { Log } from '../../process/main';
import { findOnPath } from './commands';
import { goBuild, type GoProgram } from './goBuild';
import { provisioningError } from './provisioningError';
import { contentHash, assetFile } from './assets';

/**
 * Pins what is built: the newest release of the CLI whose own module has no `replace`, but with a newer driver for
 * SQLite. Its own version, 1.34, may leave a statement open when a call is cancelled; after that, every statement on its
 * only connection fails with "interrupted (9)" until the server is restarted (fixed in 1.40.1). Calls with short
 * deadlines provoke it within seconds.
 *
 * @see https://gitlab.com/cznic/sqlite/-/issues/198
 */
const GO_MOD_FILE = assetFile('temporal-cli', 'go.mod');
const PROGRAM: GoProgram = {
  name: 'the Temporal CLI',
  goMod: GO_MOD_FILE,
  goPackage: 'github.com/temporalio/cli/cmd/temporal',
};

/**
 * The first key was measured: by default the server polls its transfer queue 20 times a second, and every step waits
 * for the next poll. The `matching` keys enable priority and fairness, which are off by default in 1.29.
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=1000',
  'system.enableActivityEagerExecution=true',
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
];

/**
 * Every step of a workflow is a commit. With a write-ahead log, a commit is synced once instead of three times
 * (measured: a sixth less of the server's CPU time). Either way no acknowledged write is lost in a power cut.
 *
 * @see https://www.sqlite.org/wal.html
 */
const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=2'];

interface Source {
  readonly what: string;
  /** The folder of an earlier installation; `null` when there is none. */
  installed(): string | null;
  /** @returns the folder with the program */
  install(log: Log): Promise<string>;
}

const DOWNLOADED = 'temporal-cli-downloaded';
/** Changes with the pinned module, so that a new pin is built again. */
const builtName = () => `temporal-cli-${contentHash(GO_MOD_FILE)}`;

const SOURCES: readonly Source[] = [
  {
    what: 'download by the Temporal SDK',
    installed: () => cached(DOWNLOADED),
    install: (log) => installOnce(DOWNLOADED, (folder) => download(folder, log)),
  },
  {
    what: 'go build',
    // A container image does not contain our sources.
    installed: () => (existsSync(GO_MOD_FILE) ? cached(builtName()) : null),
    install: (log) => installOnce(builtName(), (folder) => goBuild(PROGRAM, folder, log)),
  },
];

/** Finds the `temporal` program, and installs it if necessary. */
export async function provideTemporal(log: Log): Promise<string> {
  const found = findOnPath('temporal');
  if (found !== null) return found;
  for (const { installed } of SOURCES) {
    const folder = installed();
    if (folder !== null) return path.join(folder, 'temporal');
  }
  const failures: string[] = [];
  for (const { what, install } of SOURCES) {
    try {
      return path.join(await install(log), 'temporal');
    } catch (error) {
      failures.push(`${what}: ${messageOf(error)}`);
    }
  }
  throw provisioningError('Temporal', failures, [
    'set TEMPORAL_ADDRESS to a running server',
    'put the `temporal` CLI on PATH (https://docs.temporal.io/cli)',
    'connect to the internet, so that the SDK can download it',
    'install Go 1.25 or newer, so that it can be built from its module',
  ]);
}

async function download(folder: string, log: Log): Promise<void> {
  log('Downloading the Temporal CLI …');
  // Loaded only here: other starts do not need it.
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: folder } },
  });
  await environment.teardown();
  const [name] = await readdir(folder);
  if (name === undefined) throw new Error('the SDK left no program in its download folder');
  await rename(path.join(folder, name), path.join(folder, 'temporal'));
  await chmod(path.join(folder, 'temporal'), 0o755);
}

export interface TemporalOptions {
  readonly dataFile: string;
  readonly port: number;
  readonly uiPort: number;
  /** Added to our own, as `key=value`. */
  readonly dynamicConfig?: readonly string[];
}

export async function temporalArguments(options: TemporalOptions): Promise<string[]> {
  await mkdir(path.dirname(options.dataFile), { recursive: true });
  const dynamic = [...DYNAMIC_CONFIG, ...(options.dynamicConfig ?? [])];
  return [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--log-level',
    'warn',
    '--db-filename',
    options.dataFile,
    ...SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    '--port',
    String(options.port),
    '--ui-port',
    String(options.uiPort),
    ...dynamic.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
}

const POLL_MS = 50;

/** Resolves when the server answers for its default namespace. */
export async function temporalReady(address: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1000 });
      try {
        await connection.workflowService.describeNamespace({ namespace: 'default' });
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`Temporal at ${address} does not answer: ${messageOf(error)}`, {
          cause: error,
        });
      }
      await sleep(POLL_MS);
    }
  }
}
