import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';
import {
  mongodbReady,
  provideMongodb,
  type MongodbCommand,
} from '../../../src/dev/embedded/mongodb';
import { freePort } from '../../../src/process/ports';
import { listen } from '../../support/listen';
import { withFolder } from '../../support/temporaryFile';

const say = () => undefined;
const UNIQUE = { unique: true };

/** Runs the work with a server, then kills it. */
async function whileRunning<T>(
  { command, argsAt }: MongodbCommand,
  work: (db: mongo.Db) => Promise<T>,
): Promise<T> {
  const port = await freePort('MongoDB', 'EMBEDDED_MONGODB_PORT', 0, say);
  const server = spawn(command, argsAt(port), { stdio: 'ignore' });
  const ended = once(server, 'exit');
  const uri = `mongodb://127.0.0.1:${port}`;
  const client = new mongo.MongoClient(uri);
  try {
    await mongodbReady(uri, 30_000);
    return await work(client.db('things'));
  } finally {
    server.kill('SIGKILL');
    await ended;
    await client.close();
  }
}

/** Four clients each create collections one after the other, until the server is killed. */
async function makeCollections(db: mongo.Db, prefix: string): Promise<void> {
  const makeSome = async (client: number) => {
    for (let count = 0; ; count += 1) {
      await db.collection(`${prefix}-${client}-${count}`).createIndex({ key: 1 }, UNIQUE, {});
    }
  };
  await Promise.all([0, 1, 2, 3].map(makeSome));
}

async function incomplete(db: mongo.Db, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const keys = (await db.collection(name).indexes()).map(({ key }) => Object.keys(key).join());
    if (keys.toSorted().join(' ') !== '_id key') found.push(`${name}: ${keys.join(' ')}`);
  }
  return found;
}

describe('the MongoDB server', () => {
  it('contains no half of a command after a kill', () =>
    withFolder(async (folder) => {
      const command = await provideMongodb(folder, say);
      for (let kill = 1; kill <= 3; kill += 1) {
        await whileRunning(command, async (db) => {
          makeCollections(db, `things-${kill}`).catch(say);
          await sleep(1_000 + 100 * kill);
        });
      }
      await whileRunning(command, async (db) => {
        const found = await db.listCollections({}, { nameOnly: true }).toArray();
        const names = found.map(({ name }) => name);
        for (const prefix of ['things-1', 'things-2', 'things-3']) {
          expect(names.some((name) => name.startsWith(prefix))).toBe(true);
        }
        expect(await incomplete(db, names)).toEqual([]);
      });
    }));

  it('exits when its port is taken, so that it is restarted', () =>
    withFolder(async (folder) => {
      const { command, argsAt } = await provideMongodb(folder, say);
      const { port, close } = await listen(createServer());
      const server = spawn(command, argsAt(port), { stdio: 'ignore' });
      const timeLimit = setTimeout(() => server.kill('SIGKILL'), 30_000);
      const [code] = (await once(server, 'exit')) as [number | null];
      clearTimeout(timeLimit);
      await close();
      expect(code).toBeGreaterThan(0);
    }));
});
