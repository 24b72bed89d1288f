import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import path from 'node:path';
import { NativeConnection, Worker } from '@temporalio/worker';
import { imagesTaskQueueOf, webhooksTaskQueueOf } from '../../workflows/names';
import { eventually } from '../support/eventually';

const SCRIPT = path.join(__dirname, '..', '..', 'deploy', 'worker-health.mjs');
const taskQueue = `health-${randomUUID()}`;
const webhooks = webhooksTaskQueueOf(taskQueue);
const address = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';

let connection: NativeConnection;
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  connection = await NativeConnection.connect({ address });
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await connection.close();
});

/** Polls task queues as a worker of this host does. */
async function poll(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const activities = { none: () => Promise.resolve() };
    const worker = await Worker.create({ connection, taskQueue: name, activities });
    const running = worker.run();
    stops.push(() => {
      worker.shutdown();
      return running;
    });
  }
}

/** Runs the check. @returns what it prints; an empty text when it passes */
function check(): Promise<string> {
  const env = { ...process.env, TEMPORAL_ADDRESS: address, TEMPORAL_TASK_QUEUE: taskQueue };
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT], { env }, (error, _stdout, stderr) => {
      resolve(error === null ? '' : stderr);
    });
  });
}

describe('deploy/worker-health.mjs', () => {
  it('passes when all task queues of a worker are polled from this host, and names the others', async () => {
    const idle = (names: string) => `Expected a worker of ${hostname()} at ${names}, found none\n`;
    const images = imagesTaskQueueOf(taskQueue);
    expect(await check()).toBe(idle(`${taskQueue} and ${images} and ${webhooks}`));
    await poll(taskQueue, images);
    await eventually(check, (said) => said === idle(webhooks));
    await poll(webhooks);
    await eventually(check, (said) => said === '');
  });
});
