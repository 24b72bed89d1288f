import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIdOf } from '../../../workflows/names';
import { createClient, type Client, type RequestView } from './client';
import { startOrigin } from './origin';
import { createProgress, type Output } from '../../terminal/progress';
import { startReceiver, type ReceivedWebhook, type Receiver } from './receiver';
import { formatReport, surveyImages } from './report';
import { relinked, type Sheet } from './sheet';
import type { Stage } from './stage';

export interface RunOptions {
  readonly stage: Stage;
  readonly webhookSecret: string;
  readonly sheet: Sheet;
  /** Where the results are saved. */
  readonly folder: string;
  readonly keep: boolean;
  readonly output: Output;
}

const POLL_MS = 200;
const WEBHOOK_WAIT_MS = 30_000;

/**
 * Uploads a CSV, watches it being worked on, and reports what came out.
 *
 * @throws Error when the service did not do what it promises
 */
export async function runDemo(options: RunOptions): Promise<void> {
  const { stage, sheet, output } = options;
  const client = createClient(stage.apiUrl);
  const receiver = await startReceiver(options.webhookSecret);
  const origin = sheet.isSample ? await startOrigin() : null;
  try {
    const csv = origin === null ? sheet.csv : relinked(sheet.csv, origin.url);
    output.write(`\nUploading ${sheet.file}\n`);
    const started = Date.now();
    const id = await client.upload(path.basename(sheet.file), csv, receiver.url);
    const request = await watch(client, id, output);
    const seconds = (Date.now() - started) / 1000;
    const webhook = await arrival(receiver);
    const report = formatReport({
      request,
      survey: await surveyImages(client.images(id)),
      seconds,
      webhook,
      webUi: `${stage.temporalUi}/namespaces/default/workflows/${encodeURIComponent(workflowIdOf(id))}`,
      keep: options.keep,
      folder: options.folder,
      imagesFolder: path.join(stage.dataDir, 'files', id),
      resultFile: await save(client, request.links.result, 'result.csv', options.folder),
      failedFile:
        request.counts.failed === 0
          ? null
          : await save(client, request.links.failed, 'failed.csv', options.folder),
    });
    output.write(`\n${report}`);
    if (webhook.fault !== null) {
      throw new Error(`Expected a webhook whose signature holds, received: ${webhook.fault}`);
    }
  } finally {
    await Promise.all([receiver.stop(), origin?.stop()]);
  }
}

/** Shows the progress until the request is finished. */
async function watch(client: Client, id: string, output: Output): Promise<RequestView> {
  const progress = createProgress(output);
  try {
    for (;;) {
      const request = await client.request(id);
      progress.show(request.counts, request.details);
      if (request.links.result !== null) return request;
      await sleep(POLL_MS);
    }
  } finally {
    progress.end();
  }
}

async function arrival({ received }: Receiver): Promise<ReceivedWebhook> {
  const webhook = await Promise.race([received, sleep(WEBHOOK_WAIT_MS, null, { ref: false })]);
  if (webhook !== null) return webhook;
  throw new Error(`Expected the webhook within ${WEBHOOK_WAIT_MS} ms, received none`);
}

async function save(
  client: Client,
  link: string | null,
  name: string,
  folder: string,
): Promise<string> {
  if (link === null) throw new Error(`Expected a link to ${name}, received none`);
  const file = path.join(folder, name);
  await client.save(link, file);
  return file;
}
