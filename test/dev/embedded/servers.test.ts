import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Connection } from '@temporalio/client';
import { mongo } from 'mongoose';
import type { ObjectStorage } from '../../../src/dev/embedded/objectStorage';
import { startServers, type EmbeddedOptions } from '../../../src/dev/embedded/servers';
import { finished, sheetOf, uploaded } from '../../support/calls';
import { alive } from '../../support/command';
import { eventually } from '../../support/eventually';
import { startService } from '../../support/service';
import { withFolder } from '../../support/temporaryFile';

const options = (dataDir: string): EmbeddedOptions => ({
  dataDir,
  config: { EMBEDDED_TEMPORAL_PORT: 0, EMBEDDED_UI_PORT: 0, EMBEDDED_MONGODB_PORT: 0 },
  given: {},
  log: () => undefined,
});

/** Runs the work with the servers of a folder, then stops them. */
async function whileServed<T>(
  given: EmbeddedOptions,
  work: (servers: Awaited<ReturnType<typeof startServers>>) => Promise<T>,
): Promise<T> {
  const servers = await startServers(given);
  try {
    return await work(servers);
  } finally {
    await servers.stop();
  }
}

async function withCollection<T>(
  uri: string,
  work: (collection: mongo.Collection) => Promise<T>,
): Promise<T> {
  const client = new mongo.MongoClient(uri);
  try {
    return await work(client.db().collection('things'));
  } finally {
    await client.close();
  }
}

async function describeNamespace(address: string): Promise<string | null | undefined> {
  const connection = await Connection.connect({ address });
  try {
    const answer = await connection.workflowService.describeNamespace({ namespace: 'default' });
    return answer.namespaceInfo?.name;
  } finally {
    await connection.close();
  }
}

/** Runs the work with a folder before all others on PATH. */
async function onPath(folder: string, work: () => Promise<unknown>): Promise<void> {
  const before = process.env['PATH'] ?? '';
  process.env['PATH'] = [folder, before].join(path.delimiter);
  try {
    await work();
  } finally {
    process.env['PATH'] = before;
  }
}

const s3Client = ({ endpoint, credentials }: ObjectStorage) =>
  new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });

function pidsIn(dataDir: string): number[] {
  const file = path.join(dataDir, 'embedded', 'servers.json');
  return Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>);
}

describe('startServers', () => {
  it('starts Temporal, its Web UI and MongoDB, and restarts each at its address when it is killed', () =>
    withFolder((dataDir) =>
      whileServed(options(dataDir), async ({ temporalAddress, temporalUi, mongodbUri }) => {
        expect(await describeNamespace(temporalAddress)).toBe('default');
        expect((await fetch(temporalUi ?? '')).status).toBe(200);
        await withCollection(mongodbUri, (things) => things.insertOne({ name: 'before' }));
        for (const pid of pidsIn(dataDir)) process.kill(pid, 'SIGKILL');
        await withCollection(mongodbUri, (things) => things.insertOne({ name: 'after' }));
        const connection = await Connection.connect({
          address: temporalAddress,
          connectTimeout: 30_000,
        });
        await connection.close();
      }),
    ));

  it('keeps the data across a stop, and leaves no process', () =>
    withFolder(async (dataDir) => {
      const pids = await whileServed(options(dataDir), async ({ mongodbUri }) => {
        await withCollection(mongodbUri, (things) => things.insertOne({ name: 'yesterday' }));
        return pidsIn(dataDir);
      });
      expect(pids).toHaveLength(2);
      expect(await alive(pids)).toEqual([]);
      const found = await whileServed(options(dataDir), ({ mongodbUri }) =>
        withCollection(mongodbUri, (things) => things.findOne({ name: 'yesterday' })),
      );
      expect(found).toMatchObject({ name: 'yesterday' });
    }));

  it('starts no server that is given', () =>
    withFolder((dataDir) => {
      const given = {
        temporalAddress: 'temporal.example:7233',
        mongodbUri: 'mongodb://db.example',
      };
      return whileServed({ ...options(dataDir), given }, (servers) => {
        expect(servers).toMatchObject({ ...given, temporalUi: null });
        expect(existsSync(path.join(dataDir, 'embedded', 'servers.json'))).toBe(false);
        return Promise.resolve();
      });
    }));

  it('starts one server when only the other is given', () =>
    withFolder((dataDir) => {
      const mongodbUri = process.env['TEST_MONGODB_URI'] ?? '';
      const given = { ...options(dataDir), given: { mongodbUri } };
      return whileServed(given, async (servers) => {
        expect(servers.mongodbUri).toBe(mongodbUri);
        expect(await describeNamespace(servers.temporalAddress)).toBe('default');
        expect(pidsIn(dataDir)).toHaveLength(1);
      });
    }));

  it('restarts MongoDB when it stays silent, keeps its records, and the service goes on', () =>
    withFolder(async (dataDir) => {
      const lines: string[] = [];
      const given = {
        ...options(dataDir),
        given: { temporalAddress: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' },
        log: (line: string) => lines.push(line),
        mongodbAnswerMs: 500,
      };
      await whileServed(given, ({ mongodbUri }) =>
        withCollection(mongodbUri, (things) => things.insertOne({ name: 'yesterday' })),
      );
      lines.length = 0;
      await whileServed(given, async ({ mongodbUri }) => {
        const service = await startService({ mongodbHost: new URL(mongodbUri).host });
        try {
          for (const pid of pidsIn(dataDir)) process.kill(pid, 'SIGSTOP');
          await eventually(
            () => lines.length,
            (count) => count === 3,
          );
          expect(lines.slice(1)).toEqual([
            'The MongoDB server has stopped answering; restarting the server',
            expect.stringContaining('The MongoDB server died (SIGKILL) and is started again'),
          ]);
          const found = await withCollection(mongodbUri, (things) =>
            things.findOne({ name: 'yesterday' }),
          );
          expect(found).toMatchObject({ name: 'yesterday' });
          const id = await uploaded(service.url, sheetOf(['http://127.0.0.1:1/a.jpg']));
          expect(await finished(service.url, id)).toMatchObject({ status: 'failed' });
        } finally {
          await service.stop();
        }
      });
    }));

  it('restarts Temporal only when its database stays interrupted', () =>
    withFolder(async (dataDir) => {
      const programs = path.join(dataDir, 'programs');
      await mkdir(programs);
      const played = path.join(__dirname, '..', '..', 'support', 'interruptedTemporal.cjs');
      await symlink(played, path.join(programs, 'temporal'));
      const lines: string[] = [];
      const given = {
        ...options(dataDir),
        given: { mongodbUri: process.env['TEST_MONGODB_URI'] ?? '' },
        log: (line: string) => lines.push(line),
      };
      const lives = () => readFileSync(path.join(dataDir, 'embedded', 'temporal.db'), 'utf8');
      await onPath(programs, () =>
        whileServed(given, () => eventually(lives, (said) => /start\n.*start\n./s.test(said))),
      );
      const [, first, second] = lives().split('start\n');
      expect(first).toMatch(/^well\n(interrupted\n){2}well\n(interrupted\n){3,}$/);
      expect(second).toMatch(/^well\n/);
      expect(lines).toEqual([
        "The Temporal server's database stays interrupted; restarting the server",
        expect.stringContaining('The Temporal server died (SIGKILL) and is started again'),
      ]);
    }));

  it('starts object storage that accepts only its own key, and keeps objects and key across a kill and a stop', () =>
    withFolder(async (dataDir) => {
      const given = {
        ...options(dataDir),
        given: { temporalAddress: 'temporal.example:7233', mongodbUri: 'mongodb://db.example' },
        objectStorage: { port: 0 },
      };
      const object = { Bucket: 'image-processor', Key: 'a/b' };
      const credentials = await whileServed(given, async ({ objectStorage }) => {
        if (objectStorage === null) throw new Error('Expected object storage');
        expect(objectStorage.url).toBe('s3://image-processor');
        const anonymous = await fetch(`${objectStorage.endpoint}/image-processor/a/b`);
        expect(anonymous.status).toBe(403);
        const client = s3Client(objectStorage);
        await client.send(new PutObjectCommand({ ...object, Body: 'kept' }));
        for (const pid of pidsIn(dataDir)) process.kill(pid, 'SIGKILL');
        const read = () => client.send(new GetObjectCommand(object)).catch(() => null);
        const found = await eventually(read, (answer) => answer !== null);
        expect(await found?.Body?.transformToString()).toBe('kept');
        return objectStorage.credentials;
      });
      const file = path.join(dataDir, 'embedded', 's3-credentials.json');
      expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
      await whileServed(given, async ({ objectStorage }) => {
        if (objectStorage === null) throw new Error('Expected object storage');
        expect(objectStorage.credentials).toEqual(credentials);
        const found = await s3Client(objectStorage).send(new GetObjectCommand(object));
        expect(await found.Body?.transformToString()).toBe('kept');
      });
    }));

  it('gives our processes the variables of the object storage, and none of another store', () =>
    withFolder(async (dataDir) => {
      const given = {
        ...options(dataDir),
        given: { temporalAddress: 'temporal.example:7233', mongodbUri: 'mongodb://db.example' },
        objectStorage: { port: 0 },
      };
      process.env['AWS_SESSION_TOKEN'] = 'of another store';
      try {
        await whileServed(given, ({ objectStorage, clientEnv }) => {
          expect(clientEnv).toMatchObject({
            STORAGE_URL: 's3://image-processor',
            STORAGE_PATH_STYLE: 'true',
            AWS_ENDPOINT_URL_S3: objectStorage?.endpoint,
            AWS_ACCESS_KEY_ID: objectStorage?.credentials.accessKeyId,
          });
          expect(clientEnv).toHaveProperty('AWS_SESSION_TOKEN', undefined);
          return Promise.resolve();
        });
      } finally {
        delete process.env['AWS_SESSION_TOKEN'];
      }
    }));
});
