import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../config';
import { messageOf } from '../../errors';
import type { Log } from '../../process/main';
import { supervise, type SupervisedProcess } from '../../process/supervise';
import { withParentDeathSignal } from './parentDeathSignal';
import { endOrphans, rememberServers } from './orphans';
import { mongodbReady, provideMongodb, type MongodbCommand } from './mongodb';
import { freePort } from '../../process/ports';
import {
  objectStorageArguments,
  objectStorageCredentials,
  objectStorageEnv,
  objectStorageReady,
  provideObjectStorage,
  storageClientEnv,
  withoutForeignStorage,
  type ObjectStorage,
} from './objectStorage';
import { provideTemporal, temporalArguments, temporalReady } from './temporal';
import { MONGODB_ANSWER_MS, watchMongodb, watchTemporal } from './watch';

export interface EmbeddedOptions {
  /** Contains all data of the servers. The caller has locked it. */
  readonly dataDir: string;
  readonly config: Pick<
    Config,
    'EMBEDDED_TEMPORAL_PORT' | 'EMBEDDED_UI_PORT' | 'EMBEDDED_MONGODB_PORT'
  >;
  /** Servers that exist already. Those that are left out are started. */
  readonly given: { readonly temporalAddress?: string; readonly mongodbUri?: string };
  /** Starts object storage too. Port 0 means any free one. */
  readonly objectStorage?: { readonly port: number };
  readonly log: Log;
  /** Aborts the start when it resolves: provisioning may take minutes. */
  readonly stopping?: Promise<unknown>;
  /** Further dynamic configuration of Temporal, as `key=value`. */
  readonly dynamicConfig?: readonly string[];
  /** How long MongoDB may take for an answer; after six without one it is restarted. Default: ten seconds. */
  readonly mongodbAnswerMs?: number;
}

export interface EmbeddedServers {
  readonly temporalAddress: string;
  /** `null` with a given server, whose Web UI is unknown. */
  readonly temporalUi: string | null;
  readonly mongodbUri: string;
  /** `null` when none was requested. */
  readonly objectStorage: ObjectStorage | null;
  /** The variables with which our own processes use these servers, in addition to our environment. */
  readonly clientEnv: NodeJS.ProcessEnv;
  /** Rejects when a server keeps dying. */
  readonly crashLoop: Promise<never>;
  stop(): Promise<void>;
}

/** The start was aborted because `stopping` resolved; nothing runs. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

const READY_MS = 60_000;
const NEVER = new Promise<never>(() => undefined);

/**
 * Starts the servers that are not given, with persistent data. Resolves when all answer.
 *
 * @throws Stopped when `stopping` resolved; Error when a server cannot be provided or keeps dying
 */
export async function startServers(options: EmbeddedOptions): Promise<EmbeddedServers> {
  const { given, log } = options;
  const folder = path.join(options.dataDir, 'embedded');
  mkdirSync(folder, { recursive: true });
  await endOrphans(folder, log);
  const { remember, forget } = rememberServers(folder);
  const running: SupervisedProcess[] = [];
  const watches: (() => Promise<void>)[] = [];
  let isStopping = false;

  async function stop(): Promise<void> {
    isStopping = true;
    await Promise.all([...watches.map((end) => end()), ...running.map((server) => server.stop())]);
    forget();
  }

  /**
   * Finds or installs the programs of the servers that are not given, before any is started. One after the other, so
   * that their log lines do not mix.
   *
   * @throws one Error that says what is missing for each
   */
  async function provide() {
    const failures: unknown[] = [];
    const failed = (error: unknown) => {
      failures.push(error);
      return null;
    };
    const temporalProgram =
      given.temporalAddress === undefined ? await provideTemporal(log).catch(failed) : null;
    const mongodbCommand =
      given.mongodbUri === undefined ? await provideMongodb(folder, log).catch(failed) : null;
    const objectStorageProgram =
      options.objectStorage === undefined ? null : await provideObjectStorage(log).catch(failed);
    if (failures.length > 0) {
      throw new Error(failures.map(messageOf).join('\n'), { cause: failures });
    }
    return { temporalProgram, mongodbCommand, objectStorageProgram };
  }

  async function temporal(program: string) {
    const { EMBEDDED_TEMPORAL_PORT, EMBEDDED_UI_PORT } = options.config;
    const port = await freePort('Temporal', 'EMBEDDED_TEMPORAL_PORT', EMBEDDED_TEMPORAL_PORT, log);
    const uiPort = await freePort('Temporal Web UI', 'EMBEDDED_UI_PORT', EMBEDDED_UI_PORT, log);
    const args = await temporalArguments({
      dataFile: path.join(folder, 'temporal.db'),
      port,
      uiPort,
      dynamicConfig: options.dynamicConfig ?? [],
    });
    const server = run('Temporal server', program, args, 'temporal.log');
    const address = `127.0.0.1:${port}`;
    await Promise.race([temporalReady(address, READY_MS), server.crashLoop]);
    server.markReady();
    if (isStopping) throw new Stopped();
    watches.push(
      watchTemporal(address, () => {
        log("The Temporal server's database stays interrupted; restarting the server");
        server.kill();
      }),
    );
    return { address, ui: `http://127.0.0.1:${uiPort}` };
  }

  async function mongodb({ command, argsAt }: MongodbCommand) {
    const { EMBEDDED_MONGODB_PORT } = options.config;
    const port = await freePort('MongoDB', 'EMBEDDED_MONGODB_PORT', EMBEDDED_MONGODB_PORT, log);
    const server = run('MongoDB server', command, argsAt(port), 'mongodb.log');
    const uri = `mongodb://127.0.0.1:${port}/image-processor`;
    await Promise.race([mongodbReady(uri, READY_MS), server.crashLoop]);
    server.markReady();
    if (isStopping) throw new Stopped();
    watches.push(
      watchMongodb(uri, options.mongodbAnswerMs ?? MONGODB_ANSWER_MS, () => {
        log('The MongoDB server has stopped answering; restarting the server');
        server.kill();
      }),
    );
    return uri;
  }

  async function objectStorage(program: string) {
    const wanted = options.objectStorage?.port ?? 0;
    const port = await freePort('Object storage', 'EMBEDDED_S3_PORT', wanted, log);
    const credentials = await objectStorageCredentials(folder);
    const args = await objectStorageArguments(folder, port);
    const env = objectStorageEnv(credentials);
    const server = run('S3 server', program, args, 's3.log', env);
    const ready = objectStorageReady(folder, `http://127.0.0.1:${port}`, credentials, READY_MS);
    const storage = await Promise.race([ready, server.crashLoop]);
    server.markReady();
    if (isStopping) throw new Stopped();
    return storage;
  }

  function run(
    name: string,
    command: string,
    args: readonly string[],
    logFile: string,
    env: NodeJS.ProcessEnv = {},
  ): SupervisedProcess {
    if (isStopping) throw new Stopped();
    const file = path.join(folder, logFile);
    const program = withParentDeathSignal({ command, args });
    const server = supervise(
      { name, ...program, env, logFile: file, onSpawn: remember(name) },
      log,
    );
    running.push(server);
    return server;
  }

  async function start(): Promise<EmbeddedServers> {
    const { temporalProgram, mongodbCommand, objectStorageProgram } = await provide();
    const { address, ui } =
      temporalProgram === null
        ? { address: given.temporalAddress ?? '', ui: null }
        : await temporal(temporalProgram);
    const mongodbUri =
      mongodbCommand === null ? (given.mongodbUri ?? '') : await mongodb(mongodbCommand);
    const storage =
      objectStorageProgram === null ? null : await objectStorage(objectStorageProgram);
    const crashLoop = Promise.race([...running.map((server) => server.crashLoop), NEVER]);
    const clientEnv = {
      ...(ui !== null && withoutForeignTemporal(path.join(folder, 'temporal.toml'))),
      ...(storage !== null && { ...withoutForeignStorage(), ...storageClientEnv(storage) }),
      TEMPORAL_ADDRESS: address,
      MONGODB_URI: mongodbUri,
    };
    return {
      temporalAddress: address,
      temporalUi: ui,
      mongodbUri,
      objectStorage: storage,
      clientEnv,
      crashLoop,
      stop,
    };
  }

  const stopped = (options.stopping ?? NEVER).then(() => {
    throw new Stopped();
  });
  const starting = start();
  // When `stopped` wins the race below, a later rejection of `starting` must not be unhandled.
  starting.catch(() => undefined);
  try {
    return await Promise.race([starting, stopped]);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Clears settings for another Temporal server: ours does not know its namespace or key. */
function withoutForeignTemporal(emptyProfile: string): NodeJS.ProcessEnv {
  writeFileSync(emptyProfile, '[profile.default]\n');
  const foreign = Object.keys(process.env).filter(
    (name) => name.startsWith('TEMPORAL_') && name !== 'TEMPORAL_TASK_QUEUE',
  );
  return {
    ...Object.fromEntries(foreign.map((name) => [name, undefined])),
    TEMPORAL_CONFIG_FILE: emptyProfile,
  };
}
