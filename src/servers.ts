import { readConfig } from './config';
import { lockDataDir } from './embedded/lock';
import { startServers } from './embedded/servers';
import { runMain, say, stopSignal } from './main';

/** `npm run servers`: the embedded servers alone; one line of JSON on stdout when both are ready. */
runMain(async () => {
  const config = readConfig();
  const stopping = stopSignal();
  const unlock = await lockDataDir(config.DATA_DIR);
  const servers = await startServers({
    dataDir: config.DATA_DIR,
    config,
    given: {},
    log: say,
  }).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  const { temporalAddress, temporalUi, mongodbUri } = servers;
  process.stdout.write(`${JSON.stringify({ temporalAddress, temporalUi, mongodbUri })}\n`);
  try {
    await Promise.race([stopping, servers.givenUp]);
  } finally {
    await servers.stop();
    await unlock();
  }
});
