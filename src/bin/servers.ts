import { readConfig } from '../config';
import { lockDataDir } from '../dev/embedded/lock';
import { startServers, Stopped } from '../dev/embedded/servers';
import { runMain, say, stopSignal, stopWithNpm } from '../process/main';

/** `npm run servers`: starts the embedded servers only. Prints one line of JSON on stdout when both are ready. */
runMain(async () => {
  const config = readConfig();
  const stopping = stopSignal();
  stopWithNpm();
  const unlock = await lockDataDir(config.DATA_DIR);
  try {
    const servers = await startServers({
      dataDir: config.DATA_DIR,
      config,
      given: {},
      log: say,
      stopping,
    });
    const { temporalAddress, temporalUi, mongodbUri } = servers;
    process.stdout.write(`${JSON.stringify({ temporalAddress, temporalUi, mongodbUri })}\n`);
    try {
      await Promise.race([stopping, servers.crashLoop]);
    } finally {
      await servers.stop();
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await unlock();
  }
});
