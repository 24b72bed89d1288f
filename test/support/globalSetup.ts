import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServers, type EmbeddedServers } from '../../src/embedded/servers';

declare global {
  var testServers: { readonly servers: EmbeddedServers[]; readonly dataDir: string } | undefined;
}

const log = (line: string) => process.stderr.write(`${line}\n`);
const config = { EMBEDDED_TEMPORAL_PORT: 0, EMBEDDED_UI_PORT: 0, EMBEDDED_MONGODB_PORT: 0 };

/**
 * One Temporal and one MongoDB for all suites, which keep apart by task queue and database name; and a
 * second Temporal that suggests to continue as new after 40 events, so that this is cheap to test.
 */
export default async function globalSetup(): Promise<void> {
  // For the stand-in, of which a run starts some twenty: the thorough compiler costs more than it ever gives back
  // (measured on a third of the suites: 22 seconds of CPU with it, 8 without).
  process.env['JDK_JAVA_OPTIONS'] ??= '-XX:TieredStopAtLevel=1';
  const dataDir = await mkdtemp(path.join(tmpdir(), 'image-processor-tests-'));
  const main = await startServers({ dataDir: path.join(dataDir, 'main'), config, given: {}, log });
  const short = await startServers({
    dataDir: path.join(dataDir, 'short'),
    config,
    given: { mongodbUri: main.mongodbUri },
    dynamicConfig: ['limit.historyCount.suggestContinueAsNew=40'],
    log,
  });
  globalThis.testServers = { servers: [short, main], dataDir };
  process.env['TEST_TEMPORAL_ADDRESS'] = main.temporalAddress;
  process.env['TEST_TEMPORAL_SHORT_HISTORY_ADDRESS'] = short.temporalAddress;
  process.env['TEST_MONGODB_URI'] = main.mongodbUri;
}
