import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SOCKET = /^start-(\d{1,9})\.sock$/;

/**
 * Takes a data folder for this process: two servers on one database file would ruin it.
 *
 * A listening socket is the lock, because it ends with its process, however that ends. It is reached
 * through a short link, since a socket's path may have about a hundred bytes only (unix(7)).
 *
 * A killed process leaves its socket's file. It is never replaced, since another could have done so a moment
 * before: the next process listens at the next number, then looks again, and refuses when it is not alone.
 *
 * @returns gives the folder back
 * @throws Error when another process has it
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const folder = await mkdtemp(path.join(tmpdir(), 'ip-'));
  const link = path.join(folder, 'd');
  await symlink(path.resolve(dataDir), link);
  try {
    const server = await take(link, dataDir);
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

async function take(folder: string, dataDir: string): Promise<Server> {
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
    throw new Error(`Another process has just taken DATA_DIR ${dataDir}; try again`);
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
    `Expected DATA_DIR ${dataDir} to be free, but process ${holder} runs on it; ` +
      'stop that one, or set another DATA_DIR',
  );
}

/** Its file goes with it. */
async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
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

/** No process listens, the file is removed, or whoever listened has just stopped. */
const GONE = ['ECONNREFUSED', 'ENOENT', 'ECONNRESET'];

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
      if (GONE.includes(error.code ?? '')) resolve(null);
      else reject(error);
    });
  });
}
