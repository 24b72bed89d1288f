import { mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { startServers, Stopped, type EmbeddedServers } from '../../src/dev/embedded/servers';
import { messageOf } from '../../src/errors';
import { say as log, stopSignal } from '../../src/process/main';
import { ignoreBrokenPipes } from '../../src/process/output';
import { alive, childrenOf } from './command';
import globalTeardown from './globalTeardown';

declare global {
  var testServers: { readonly servers: EmbeddedServers[]; readonly dataDir: string } | undefined;
}

const config = { EMBEDDED_TEMPORAL_PORT: 0, EMBEDDED_UI_PORT: 0, EMBEDDED_MONGODB_PORT: 0 };

/**
 * Starts one Temporal, one MongoDB and one S3 server for all suites, which have separate task queues, databases and
 * buckets; and a second Temporal that suggests to continue as new after 40 events, so that this is cheap to test.
 */
export default async function globalSetup(): Promise<void> {
  // For the stand-in, which a test run starts some twenty times: the optimizing compiler costs more than it saves
  // (measured on a third of the suites: 22 seconds of CPU with it, 8 without).
  process.env['JDK_JAVA_OPTIONS'] ??= '-XX:TieredStopAtLevel=1';
  const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-tests-'));
  // Temporary files that the suites of an interrupted test run have not removed are removed with this folder.
  process.env['TMPDIR'] = folder;
  ignoreBrokenPipes();
  const stopping = stopSignal();
  const starting = start(folder, stopping);
  // Jest calls no teardown when it is interrupted, so the servers would keep running.
  const interrupted = stopping.then(async (signal) => {
    await Promise.allSettled([starting]);
    await globalTeardown().catch((error: unknown) => {
      log(messageOf(error));
    });
    // In Jest's child processes the SDK starts to drain at the signal, and waits for servers that have stopped.
    for (const pid of await alive(await childrenOf(process.pid))) process.kill(pid, 'SIGKILL');
    process.exit(128 + constants.signals[signal]);
  });
  await starting.catch((error: unknown) => {
    if (error instanceof Stopped) return interrupted;
    throw error;
  });
}

async function start(dataDir: string, stopping: Promise<unknown>): Promise<void> {
  const servers: EmbeddedServers[] = [];
  globalThis.testServers = { servers, dataDir };
  const shared = { config, log, stopping };
  const main = await startServers({
    ...shared,
    dataDir: path.join(dataDir, 'main'),
    given: {},
    objectStorage: { port: 0 },
  });
  servers.push(main);
  const short = await startServers({
    ...shared,
    dataDir: path.join(dataDir, 'short'),
    given: { mongodbUri: main.mongodbUri },
    dynamicConfig: ['limit.historyCount.suggestContinueAsNew=40'],
  });
  servers.unshift(short);
  process.env['TEST_TEMPORAL_ADDRESS'] = main.temporalAddress;
  process.env['TEST_TEMPORAL_SHORT_HISTORY_ADDRESS'] = short.temporalAddress;
  process.env['TEST_MONGODB_URI'] = main.mongodbUri;
  process.env['TEST_S3_ENDPOINT'] = main.objectStorage?.endpoint;
  process.env['TEST_S3_ACCESS_KEY_ID'] = main.objectStorage?.credentials.accessKeyId;
  process.env['TEST_S3_SECRET_ACCESS_KEY'] = main.objectStorage?.credentials.secretAccessKey;
}
