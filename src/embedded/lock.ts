import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SOCKET = 'start.sock';

/**
 * Takes a data folder for this process: two servers on one database file would ruin it.
 *
 * A listening socket is the lock, because it ends with its process, however that ends. It is reached
 * through a short link, since a socket's path may have about a hundred bytes only (unix(7)).
 *
 * @returns gives the folder back
 * @throws Error when another process has it
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const folder = await mkdtemp(path.join(tmpdir(), 'ip-'));
  const link = path.join(folder, 'd');
  await symlink(dataDir, link);
  const socket = path.join(link, SOCKET);
  try {
    const server = await take(socket, dataDir);
    server.unref();
    return async () => {
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function take(socket: string, dataDir: string): Promise<Server> {
  const server = await listen(socket);
  if (server !== null) return server;
  const holder = await holderOf(socket);
  if (holder !== null) {
    throw new Error(
      `Expected DATA_DIR ${dataDir} to be free, but process ${holder} runs on it; ` +
        'stop that one, or set another DATA_DIR',
    );
  }
  await rm(socket, { force: true });
  const second = await listen(socket);
  if (second === null) throw new Error(`Another process has just taken DATA_DIR ${dataDir}`);
  return second;
}

/** @returns `null` when the socket's file is there already */
function listen(socket: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => {
      connection.on('error', () => undefined).end(String(process.pid));
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(socket, () => {
      resolve(server);
    });
  });
}

/** @returns the process that listens; `null` when the file is a dead one's */
function holderOf(socket: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let pid = '';
    const connection = createConnection(socket);
    connection.on('data', (data) => {
      pid += data.toString('latin1');
    });
    connection.on('end', () => {
      resolve(pid);
    });
    connection.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(null);
      else reject(error);
    });
  });
}
