import { listenUrl, readConfig, type Config } from '../config';
import { lockDataDir } from '../dev/embedded/lock';
import { probe } from '../process/ports';
import { startServers, Stopped } from '../dev/embedded/servers';
import { startService } from '../dev/embedded/service';
import { runMain, say, stopSignal, stopWithNpm } from '../process/main';
import { namedTemporalAddress } from '../temporal/settings';

/** `npm start`: the whole service, on embedded servers unless others are named. */
runMain(async () => {
  const config = readConfig();
  const stopping = stopSignal();
  stopWithNpm();
  const unlock = await lockDataDir(config.DATA_DIR);
  try {
    if ((await probe(config.PORT, config.HOST)) === null) {
      throw new Error(
        `Expected port ${config.PORT} to be free, but it is taken; set PORT to another`,
      );
    }
    await runOn(config, stopping);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await unlock();
  }
});

async function runOn(config: Config, stopping: Promise<unknown>): Promise<void> {
  const temporalAddress = namedTemporalAddress();
  const servers = await startServers({
    dataDir: config.DATA_DIR,
    config,
    given: {
      ...(temporalAddress === undefined ? {} : { temporalAddress }),
      ...(config.MONGODB_URI === undefined ? {} : { mongodbUri: config.MONGODB_URI }),
    },
    log: say,
    stopping,
  });
  try {
    const starting = startService({
      url: listenUrl(config),
      env: { ...servers.clientEnv, DATA_DIR: config.DATA_DIR },
      log: say,
      stopping,
    });
    const stopped = stopping.then(() => null);
    const service = await Promise.race([stopped, starting, servers.crashLoop]);
    if (service !== null) {
      process.stdout.write(whereEverythingIs(config.PUBLIC_URL, config.DATA_DIR, servers));
      await Promise.race([stopped, service.crashLoop, servers.crashLoop]);
    }
    say('Stopping; work that is not done goes on at the next start');
    await (await starting).stop();
  } finally {
    await servers.stop();
  }
}

function whereEverythingIs(
  url: string,
  dataDir: string,
  { temporalAddress, temporalUi, mongodbUri }: Awaited<ReturnType<typeof startServers>>,
): string {
  return [
    'Ready. Ctrl-C stops everything and keeps the data.',
    `  Upload     curl -F file=@products.csv ${url}/image/upload/`,
    `  API docs   ${url}/docs`,
    ...(temporalUi === null ? [] : [`  Web UI     ${temporalUi}`]),
    `  Temporal   ${temporalAddress}`,
    `  MongoDB    ${mongodbUri.replace(/\/\/[^@/]*@/, '//')}`,
    `  Data       ${dataDir}`,
    '',
  ].join('\n');
}
