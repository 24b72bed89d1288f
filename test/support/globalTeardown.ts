import { rm } from 'node:fs/promises';

export default async function globalTeardown(): Promise<void> {
  const { servers = [], dataDir } = globalThis.testServers ?? {};
  for (const server of servers) await server.stop();
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
}
