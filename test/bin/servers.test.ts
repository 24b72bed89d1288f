import { existsSync } from 'node:fs';
import path from 'node:path';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Connection } from '@temporalio/client';
import { mongo } from 'mongoose';
import { z } from 'zod';
import { alive, endCommands, startByNpm, startCommand, type Command } from '../support/command';
import { eventually } from '../support/eventually';
import { itWithSetpriv } from '../support/setpriv';
import { withFolder } from '../support/temporaryFile';

const lineSchema = z.strictObject({
  temporalAddress: z.string().regex(/^127\.0\.0\.1:\d+$/),
  temporalUi: z.url(),
  mongodbUri: z.string().startsWith('mongodb://127.0.0.1:'),
});

const withStorageSchema = z.looseObject({
  storageEnv: z.strictObject({
    STORAGE_URL: z.string(),
    STORAGE_PATH_STYLE: z.string(),
    AWS_ENDPOINT_URL_S3: z.url(),
    AWS_REGION: z.string(),
    AWS_ACCESS_KEY_ID: z.string(),
    AWS_SECRET_ACCESS_KEY: z.string(),
  }),
});

const environment = (dataDir: string) => ({
  DATA_DIR: dataDir,
  EMBEDDED_TEMPORAL_PORT: '0',
  EMBEDDED_UI_PORT: '0',
  EMBEDDED_MONGODB_PORT: '0',
  EMBEDDED_S3_PORT: '0',
});

/** Runs the work with servers that have printed their line. */
const withServers = (
  work: (command: Command, dataDir: string) => Promise<void>,
  args: readonly string[] = [],
) =>
  withFolder(async (dataDir) => {
    const command = startCommand('servers', environment(dataDir), args);
    await command.says('}\n');
    await work(command, dataDir);
  });

describe('npm run servers', () => {
  afterEach(endCommands);

  it('prints one line of JSON with the addresses, and nothing else on stdout, once the servers answer', () =>
    withServers(async (command) => {
      const where = lineSchema.parse(JSON.parse(command.stdout()));
      const connection = await Connection.connect({ address: where.temporalAddress });
      await connection.close();
      expect((await fetch(where.temporalUi)).status).toBe(200);
      const client = new mongo.MongoClient(where.mongodbUri);
      expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
      await client.close();
      command.kill('SIGTERM');
      await command.ended;
      expect(command.stdout().match(/\n/g)).toHaveLength(1);
    }));

  it('starts object storage too with --storage s3, and prints the variables for using it', () =>
    withServers(
      async (command) => {
        const { storageEnv, ...others } = withStorageSchema.parse(JSON.parse(command.stdout()));
        lineSchema.parse(others);
        const client = new S3Client({
          endpoint: storageEnv.AWS_ENDPOINT_URL_S3,
          region: storageEnv.AWS_REGION,
          credentials: {
            accessKeyId: storageEnv.AWS_ACCESS_KEY_ID,
            secretAccessKey: storageEnv.AWS_SECRET_ACCESS_KEY,
          },
          forcePathStyle: storageEnv.STORAGE_PATH_STYLE === 'true',
        });
        const [, Bucket = ''] = storageEnv.STORAGE_URL.split('//');
        const { KeyCount } = await client.send(new ListObjectsV2Command({ Bucket }));
        expect(KeyCount).toBe(0);
      },
      ['--storage', 's3'],
    ));

  it('refuses a folder in use, and names the process', () =>
    withServers(async (command, dataDir) => {
      const second = startCommand('servers', environment(dataDir));
      expect(await second.ended).toBe(1);
      expect(second.stdout()).toBe('');
      expect(second.stderr()).toBe(
        `DATA_DIR ${dataDir} is in use by process ${command.pid}; ` +
          'stop it, or set another DATA_DIR\n',
      );
    }));

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends at %s with all processes that it started',
    (signal) =>
      withServers(async (command) => {
        const family = await command.family();
        expect(family.length).toBeGreaterThanOrEqual(3);
        command.kill(signal);
        expect(await command.ended).toBe(0);
        expect(await alive(family)).toEqual([]);
      }),
  );

  itWithSetpriv('ends all processes that it started when it is killed, and keeps the data', () =>
    withServers(async (command, dataDir) => {
      const { mongodbUri } = lineSchema.parse(JSON.parse(command.stdout()));
      const client = new mongo.MongoClient(mongodbUri);
      await client.db().collection('things').insertOne({ name: 'before' });
      await client.close();
      const family = await command.family();
      expect(family.length).toBeGreaterThanOrEqual(3);
      command.kill('SIGKILL');
      expect(await command.ended).toBe('SIGKILL');
      await eventually(
        () => alive(family),
        (left) => left.length === 0,
      );

      const second = startCommand('servers', environment(dataDir));
      await second.says('}\n');
      const next = new mongo.MongoClient(lineSchema.parse(JSON.parse(second.stdout())).mongodbUri);
      expect(await next.db().collection('things').findOne()).toMatchObject({ name: 'before' });
      await next.close();
      expect(second.stderr()).not.toContain('Ending the ');
    }),
  );

  it('stops in order when the npm that ran it is killed', () =>
    withFolder(async (dataDir) => {
      const npm = startByNpm('servers', environment(dataDir));
      await npm.says('}\n');
      const family = await npm.family();
      // npm, the command and two servers.
      expect(family.length).toBeGreaterThanOrEqual(4);
      npm.kill('SIGKILL');
      expect(await npm.ended).toBe('SIGKILL');
      await eventually(
        () => alive(family),
        (left) => left.length === 0,
      );
      // The servers were stopped, so the next start need not end them.
      expect(existsSync(path.join(dataDir, 'embedded', 'servers.json'))).toBe(false);
    }));
});
