import { rm } from 'node:fs/promises';

export default async function globalTeardown(): Promise<void> {
  const { servers = [], dataDir } = globalThis.testServers ?? {};
  for (const server of servers) await server.stop();
  // Interrupted suites may still write while their folders are removed.
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
