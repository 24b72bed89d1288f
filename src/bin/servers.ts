import { parseArgs } from 'node:util';
import { readConfig } from '../config';
import { lockDataDir } from '../dev/embedded/lock';
import { storageClientEnv } from '../dev/embedded/objectStorage';
import { startServers, Stopped } from '../dev/embedded/servers';
import { STORAGE_OPTION, wantsObjectStorage } from '../dev/embedded/storageOption';
import { runMain, say, stopSignal, stopWithNpm } from '../process/main';

/** `npm run servers`: starts the embedded servers only. Prints one line of JSON on stdout when all are ready. */
runMain(async () => {
  const withS3 = wantsObjectStorage(parseArgs({ options: STORAGE_OPTION }).values.storage);
  const config = readConfig();
  const stopping = stopSignal();
  stopWithNpm();
  const unlock = await lockDataDir(config.DATA_DIR);
  try {
    const servers = await startServers({
      dataDir: config.DATA_DIR,
      config,
      given: {},
      ...(withS3 && { objectStorage: { port: config.EMBEDDED_S3_PORT } }),
      log: say,
      stopping,
    });
    const { temporalAddress, temporalUi, mongodbUri, objectStorage } = servers;
    const addresses = {
      temporalAddress,
      temporalUi,
      mongodbUri,
      ...(objectStorage !== null && { storageEnv: storageClientEnv(objectStorage) }),
    };
    process.stdout.write(`${JSON.stringify(addresses)}\n`);
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
