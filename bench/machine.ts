import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { createConnection } from 'mongoose';
import sharp from 'sharp';
import { argumentsOf, childrenOf } from './cpu';
import type { Bench } from './environment';
import { IMG2DATASET } from './img2dataset';

/** Returns lines of a table: what the figures of this run depend on. Call it before anything is measured. */
export async function describeMachine(bench: Bench): Promise<[string, string][]> {
  return [
    ['Date', new Date().toISOString().slice(0, 10)],
    [
      'Processor',
      `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, shared by all parts`,
    ],
    ['Memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
    ['System', `${systemName()}, kernel ${release()}`],
    [
      'Load before',
      loadavg()
        .map((load) => load.toFixed(2))
        .join(', '),
    ],
    ['Node', process.version],
    ['sharp, libvips', `${sharp.versions.sharp}, ${sharp.versions.vips}`],
    ['Temporal server', await temporalName(bench)],
    ['Temporal SDK', versionOf('@temporalio/worker')],
    ['MongoDB', await mongodbName(bench)],
    [
      'References',
      `${IMG2DATASET}; csv-parse ${versionOf('csv-parse')}; koa ${versionOf('koa')}; autocannon ${versionOf('autocannon')}`,
    ],
  ];
}

function systemName(): string {
  const file = '/etc/os-release';
  if (!existsSync(file)) return process.platform;
  return /^PRETTY_NAME="(.+)"$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? process.platform;
}

function versionOf(name: string): string {
  const folder = path.join(__dirname, '..', '..', 'node_modules', name);
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

async function temporalName({ temporalAddress }: Bench): Promise<string> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    return `${serverVersion}, development server with one history shard on SQLite`;
  } finally {
    await connection.close();
  }
}

/** The stand-in reports the version of the MongoDB that it imitates; its own is in the names of its files. */
async function mongodbName({ mongodbUri }: Bench): Promise<string> {
  const standin = childrenOf(process.pid)
    .flatMap(argumentsOf)
    .map((argument) => /mongo-java-server-([\d.]+)\.jar/.exec(argument)?.[1])
    .find((version) => version !== undefined);
  if (standin !== undefined) return `stand-in: mongo-java-server ${standin} on H2`;
  const connection = await createConnection(mongodbUri).asPromise();
  try {
    const info = await connection.db?.admin().command({ buildInfo: 1 });
    return `mongod ${String(info?.['version'] ?? '?')}`;
  } finally {
    await connection.close();
  }
}
