import path from 'node:path';
import { parseArgs } from 'node:util';
import { listenUrl, readConfig, type Config } from '../config';
import { lockDataDir } from '../dev/embedded/lock';
import { probe } from '../process/ports';
import { startServers, Stopped, type EmbeddedServers } from '../dev/embedded/servers';
import { startService } from '../dev/embedded/service';
import { startSample } from '../dev/demo/sample';
import { readSheet } from '../dev/demo/sheet';
import { STORAGE_OPTION, wantsObjectStorage } from '../dev/embedded/storageOption';
import { runMain, say, stopSignal, stopWithNpm } from '../process/main';
import { namedTemporalAddress } from '../temporal/settings';

const SAMPLE = path.join(__dirname, '..', '..', '..', 'samples', 'products.csv');

/**
 * `npm start`: runs the whole service, with embedded servers unless the environment names others. Files are kept on disk,
 * or with `--storage s3` in an embedded S3 server. With `--sample`, the page offers the demo's sample to try.
 */
runMain(async () => {
  const { values } = parseArgs({
    options: { sample: { type: 'boolean', default: false }, ...STORAGE_OPTION },
  });
  const withS3 = wantsObjectStorage(values.storage);
  const config = readConfig();
  const stopping = stopSignal();
  stopWithNpm();
  const unlock = await lockDataDir(config.DATA_DIR);
  try {
    if ((await probe(config.PORT, config.HOST)) === null) {
      throw new Error(`Port ${config.PORT} is taken; set PORT to another`);
    }
    const sample = values.sample
      ? await startSample(await readSheet(SAMPLE), config.DATA_DIR)
      : null;
    try {
      await runService(config, { withS3, env: sample?.env ?? {} }, stopping);
    } finally {
      await sample?.stop();
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await unlock();
  }
});

async function runService(
  config: Config,
  { withS3, env }: { readonly withS3: boolean; readonly env: NodeJS.ProcessEnv },
  stopping: Promise<unknown>,
): Promise<void> {
  const temporalAddress = namedTemporalAddress();
  const servers = await startServers({
    dataDir: config.DATA_DIR,
    config,
    given: {
      ...(temporalAddress === undefined ? {} : { temporalAddress }),
      ...(config.MONGODB_URI === undefined ? {} : { mongodbUri: config.MONGODB_URI }),
    },
    ...(withS3 &&
      config.STORAGE_URL === undefined && { objectStorage: { port: config.EMBEDDED_S3_PORT } }),
    log: say,
    stopping,
  });
  try {
    const starting = startService({
      url: listenUrl(config),
      env: {
        ...servers.clientEnv,
        ...env,
        DATA_DIR: config.DATA_DIR,
        TEMPORAL_UI_URL: config.TEMPORAL_UI_URL ?? servers.temporalUi ?? '',
      },
      log: say,
      stopping,
    });
    const stopped = stopping.then(() => null);
    const service = await Promise.race([stopped, starting, servers.crashLoop]);
    if (service !== null) {
      process.stdout.write(readyMessage(config, servers));
      await Promise.race([stopped, service.crashLoop, servers.crashLoop]);
    }
    say('Stopping; unfinished work continues at the next start');
    await (await starting).stop();
  } finally {
    await servers.stop();
  }
}

function readyMessage(
  { PUBLIC_URL: url, DATA_DIR, STORAGE_URL }: Config,
  { temporalAddress, temporalUi, mongodbUri, objectStorage }: EmbeddedServers,
): string {
  const named =
    STORAGE_URL === undefined ? [] : [`s3://${STORAGE_URL.bucket}/${STORAGE_URL.prefix}`];
  const storage =
    objectStorage === null ? named : [`${objectStorage.url} at ${objectStorage.endpoint}`];
  return [
    'Ready. Ctrl-C stops everything and keeps the data.',
    `  Page       ${url}`,
    `  Upload     curl -F file=@products.csv ${url}/image/upload/`,
    `  API docs   ${url}/docs`,
    ...(temporalUi === null ? [] : [`  Web UI     ${temporalUi}`]),
    `  Temporal   ${temporalAddress}`,
    `  MongoDB    ${mongodbUri.replace(/\/\/[^@/]*@/, '//')}`,
    ...storage.map((where) => `  Storage    ${where}`),
    `  Data       ${DATA_DIR}`,
    '',
  ].join('\n');
}
