import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SOCKET = /^start-(\d{1,9})\.sock$/;

/**
 * Locks a data folder for this process: two servers on one database file would corrupt it.
 *
 * The lock is a listening socket, because it is released when its process ends, however that happens. It is reached
 * through a short link, since the path of a socket is limited to about a hundred bytes (unix(7)).
 *
 * A killed process leaves its socket's file. Replacing that file would be a race between two processes. Instead, the
 * next process listens at the next number, then checks again, and refuses when another one listens too.
 *
 * @returns a function that releases the lock
 * @throws Error when another process has locked the folder
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const folder = await mkdtemp(path.join(tmpdir(), 'ip-'));
  const link = path.join(folder, 'd');
  await symlink(path.resolve(dataDir), link);
  try {
    const server = await acquire(link, dataDir);
    server.unref();
    return async () => {
      await closed(server);
      await rm(folder, { recursive: true, force: true });
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function acquire(folder: string, dataDir: string): Promise<Server> {
  const socket = (number: number) => path.join(folder, `start-${number}.sock`);
  const refuseIfHeld = async (numbers: readonly number[]) => {
    for (const number of numbers) {
      const holder = await holderOf(socket(number));
      if (holder !== null) throw heldBy(holder, dataDir);
    }
  };

  const dead = await numbersIn(folder);
  await refuseIfHeld(dead);
  const own = Math.max(0, ...dead) + 1;
  const server = await listen(socket(own));
  if (server === null) {
    await refuseIfHeld([own]);
    throw new Error(`Another process has just locked DATA_DIR ${dataDir}; try again`);
  }
  try {
    const others = (await numbersIn(folder)).filter((number) => number !== own);
    await refuseIfHeld(others);
    for (const number of others) await rm(socket(number), { force: true });
    return server;
  } catch (error) {
    await closed(server);
    throw error;
  }
}

async function numbersIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).flatMap((name) => {
    const number = SOCKET.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function heldBy(holder: string, dataDir: string): Error {
  return new Error(
    `DATA_DIR ${dataDir} is in use by process ${holder}; stop it, or set another DATA_DIR`,
  );
}

/** Closes the server, which also removes its file. */
async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** @returns `null` when the socket's file exists already */
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

/** No process listens, the file has been removed, or the process has just stopped listening. */
const GONE = ['ECONNREFUSED', 'ENOENT', 'ECONNRESET'];

/** @returns the id of the process that listens; `null` when there is none */
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
      if (GONE.includes(error.code ?? '')) resolve(null);
      else reject(error);
    });
  });
}
