import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { messageOf } from '../../errors';
import { cacheDir, installOnce } from './cache';
import type { Log } from '../../process/main';
import { findOnPath, runToEnd } from './commands';
import { provisioningError } from './provisioningError';
import { contentHash, assetFile } from './assets';

/** A program that serves MongoDB's protocol on the loopback address, with its data on disk. */
export interface MongodbCommand {
  readonly engine: 'mongod' | 'stand-in';
  readonly command: string;
  readonly argsAt: (port: number) => readonly string[];
}

/** Without a network, the download itself would make three attempts and fail only after a longer time. */
const DOWNLOAD_START_MS = 10_000;
const DOWNLOAD_MS = 10 * 60_000;

const STANDIN_VERSION = '1.47.0';
const STANDIN_ARTIFACTS = ['mongo-java-server', 'mongo-java-server-h2-backend'];
const STANDIN_SOURCE = assetFile('standin', 'Server.java');

const REMEDIES = [
  'set MONGODB_URI to a running server',
  'put `mongod` on PATH (https://www.mongodb.com/docs/manual/installation/)',
  'connect to the internet, so that mongodb-memory-server can download it',
  'install a JDK (11 or newer) and Maven, so that a stand-in can be set up',
];

/**
 * Finds a program that serves MongoDB, and installs one if necessary. A data folder stays with the engine that created
 * it: the two engines cannot read each other's files.
 */
export async function provideMongodb(dataDir: string, log: Log): Promise<MongodbCommand> {
  const mongodFolder = path.join(dataDir, 'mongod');
  const standinFile = path.join(dataDir, 'standin', 'mongodb.h2');
  if (existsSync(standinFile)) return standin(standinFile, log);

  const failures: string[] = [];
  try {
    const mongod = findOnPath('mongod') ?? (await download(log));
    await mkdir(mongodFolder, { recursive: true });
    const args = ['--dbpath', mongodFolder, '--bind_ip', '127.0.0.1', '--port'];
    return { engine: 'mongod', command: mongod, argsAt: (port) => [...args, String(port)] };
  } catch (error) {
    failures.push(`download of mongod by mongodb-memory-server: ${messageOf(error)}`);
  }
  if (existsSync(mongodFolder)) {
    throw provisioningError(
      `MongoDB (the data in ${dataDir} was written by mongod)`,
      failures,
      REMEDIES.slice(0, 3),
    );
  }
  try {
    return await standin(standinFile, log);
  } catch (error) {
    failures.push(`stand-in by Java and Maven: ${messageOf(error)}`);
    throw provisioningError('MongoDB', failures, REMEDIES);
  }
}

async function download(log: Log): Promise<string> {
  const downloadDir = path.join(cacheDir(), 'mongod');
  const failed = path.join(cacheDir(), 'mongod-not-reachable');
  if (existsSync(failed) && existsSync(path.join(cacheDir(), standinName()))) {
    throw new Error(`not tried, since it failed before (remove ${failed} to try again)`);
  }
  log('Looking for mongod, downloading it where possible …');
  // Loaded only here: other starts do not need it.
  const { MongoBinary } = await import('mongodb-memory-server-core');
  try {
    return await withDeadline(MongoBinary.getPath({ downloadDir }), downloadDir);
  } catch (error) {
    await mkdir(cacheDir(), { recursive: true });
    await writeFile(failed, messageOf(error));
    throw error;
  }
}

/** Rejects soon when the download does not begin, but lets one that has begun finish. */
async function withDeadline(binary: Promise<string>, downloadDir: string): Promise<string> {
  const started = Date.now();
  const timeout = AbortSignal.timeout(DOWNLOAD_MS);
  const late = (async () => {
    while (!timeout.aborted) {
      await sleep(500, undefined, { ref: false });
      const begun = existsSync(downloadDir);
      if (!begun && Date.now() - started > DOWNLOAD_START_MS) break;
    }
    throw new Error('no download began in time');
  })();
  return Promise.race([binary, late]);
}

function standinName(): string {
  return `mongodb-standin-${STANDIN_VERSION}`;
}

async function standin(dataFile: string, log: Log): Promise<MongodbCommand> {
  const java = findOnPath('java');
  if (java === null) throw new Error('no `java` on PATH');
  const jars = await installOnce(standinName(), (folder) => fetchJars(folder, log));
  const classPath = await jarsIn(jars);
  const classes = await installOnce(`${standinName()}-${contentHash(STANDIN_SOURCE)}`, (folder) =>
    compile(java, classPath, folder, log),
  );
  await mkdir(path.dirname(dataFile), { recursive: true });
  log(
    'MongoDB is a stand-in (mongo-java-server on H2): for development only, not for data that matters. ' +
      'With a real mongod on PATH, or with MONGODB_URI, new data folders do not use it',
  );
  const both = [classPath, classes].join(path.delimiter);
  // Its cache counts each document at the average size of all: a few hundred rows of a megabyte filled 1 GB.
  const args = ['-Xmx2g', '-cp', both, 'Server', dataFile];
  return { engine: 'stand-in', command: java, argsAt: (port) => [...args, String(port)] };
}

async function fetchJars(folder: string, log: Log): Promise<void> {
  const maven = findOnPath('mvn');
  if (maven === null) throw new Error('no `mvn` on PATH');
  const dependencies = STANDIN_ARTIFACTS.map(
    (artifact) =>
      `<dependency><groupId>de.bwaldvogel</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${STANDIN_VERSION}</version></dependency>`,
  );
  const pom = path.join(folder, 'pom.xml');
  await writeFile(
    pom,
    '<project><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>standin</artifactId>' +
      `<version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`,
  );
  const goal = [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${folder}`,
  ];
  await runToEnd('Fetching the stand-in for MongoDB', maven, goal, {}, log);
}

/**
 * Compiles once and not at every start: from source, Java starts a second later. The compiler is run by `java`, since
 * `javac` need not be on PATH.
 */
function compile(java: string, classPath: string, folder: string, log: Log): Promise<void> {
  const javac = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '--release', '11'];
  const args = [...javac, '-cp', classPath, '-d', folder, STANDIN_SOURCE];
  return runToEnd('Compiling the stand-in for MongoDB', java, args, {}, log);
}

/** Lists the jars one by one: the compiler, run by `java`, does not accept `*`. */
async function jarsIn(folder: string): Promise<string> {
  const jars = (await readdir(folder)).filter((name) => name.endsWith('.jar'));
  return jars.map((name) => path.join(folder, name)).join(path.delimiter);
}

const POLL_MS = 100;

/** Resolves when the server answers. */
export async function mongodbReady(uri: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: 1000 });
    try {
      await client.db().command({ ping: 1 });
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`MongoDB at ${uri} does not answer: ${messageOf(error)}`, { cause: error });
      }
      await sleep(POLL_MS);
    } finally {
      await client.close();
    }
  }
}
