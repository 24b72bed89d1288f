import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { messageOf } from '../../errors';
import { cached, installOnce } from './cache';
import type { Log } from '../../process/main';
import { findOnPath, runToEnd } from './commands';
import { provisioningError } from './provisioningError';
import { contentHash, assetFile } from './assets';

/**
 * Pins what is built: the newest release of the CLI whose own module has no `replace`, but with a newer
 * driver for SQLite. Its own, 1.34, may leave a statement open when a caller gives up; after that, everything
 * on its only connection is "interrupted (9)" until the server is started again (fixed in 1.40.1). Calls with
 * short deadlines provoke it within seconds.
 *
 * @see https://gitlab.com/cznic/sqlite/-/issues/198
 */
const GO_MOD_FILE = assetFile('temporal-cli', 'go.mod');
const GO_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';

/**
 * Measured: by default the server polls its transfer queue 20 times a second, and every step waits for the
 * next tick. The `matching` keys switch on priority and fairness, off by default in 1.29.
 */
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=1000',
  'system.enableActivityEagerExecution=true',
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
];

/**
 * Every step of a workflow is a commit. With a log written ahead it is synced once, and otherwise thrice
 * (measured: a sixth less of the server's CPU); nothing acknowledged is lost at a power cut either way.
 *
 * @see https://www.sqlite.org/wal.html
 */
const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=2'];

interface Way {
  readonly what: string;
  /** The folder that it has filled before, if it has. */
  installed(): string | null;
  /** @returns the folder */
  install(log: Log): Promise<string>;
}

const DOWNLOADED = 'temporal-cli-downloaded';
/** Another release of ours may build another one. */
const builtName = () => `temporal-cli-${contentHash(GO_MOD_FILE)}`;

const WAYS: readonly Way[] = [
  {
    what: 'download by the Temporal SDK',
    installed: () => cached(DOWNLOADED),
    install: (log) => installOnce(DOWNLOADED, (folder) => download(folder, log)),
  },
  {
    what: 'go build',
    // A container image has none of our sources.
    installed: () => (existsSync(GO_MOD_FILE) ? cached(builtName()) : null),
    install: (log) => installOnce(builtName(), (folder) => goBuild(folder, log)),
  },
];

/** Finds the `temporal` program, installing it where nothing else is left. */
export async function provideTemporal(log: Log): Promise<string> {
  const found = findOnPath('temporal');
  if (found !== null) return found;
  for (const { installed } of WAYS) {
    const place = installed();
    if (place !== null) return path.join(place, 'temporal');
  }
  const failures: string[] = [];
  for (const { what, install } of WAYS) {
    try {
      return path.join(await install(log), 'temporal');
    } catch (error) {
      failures.push(`${what}: ${messageOf(error)}`);
    }
  }
  throw provisioningError('Temporal', failures, [
    'set TEMPORAL_ADDRESS to a server that runs',
    'put the `temporal` CLI on PATH (https://docs.temporal.io/cli)',
    'connect to the internet, for the SDK to download it',
    'install Go 1.25 or newer, for it to be built from its module',
  ]);
}

async function download(folder: string, log: Log): Promise<void> {
  log('Downloading the Temporal CLI …');
  // At every other start it would be loaded for nothing.
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

async function goBuild(folder: string, log: Log): Promise<void> {
  const go = findOnPath('go');
  if (go === null) throw new Error('no `go` on PATH');
  log('Building the Temporal CLI from its Go module; this takes some minutes, once');
  const module = path.dirname(GO_MOD_FILE);
  const args = ['build', '-C', module, '-mod=readonly', '-o', folder, GO_PACKAGE];
  // The checkout may lie below a go.work of the user's, which does not know this module.
  await runToEnd('Building the Temporal CLI', go, args, { GOWORK: 'off' }, log);
}

export interface TemporalOptions {
  readonly dataFile: string;
  readonly port: number;
  readonly uiPort: number;
  /** `key=value`, beside our own. */
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
