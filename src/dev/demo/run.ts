import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from '../../../client';
import type { RequestResource } from '../../../contract/http/requests';
import { createProgress, type Output } from '../../terminal/progress';
import { startReceiver, type ReceivedWebhook, type Receiver } from './receiver';
import { formatReport, surveyImages } from './report';
import type { Sheet } from './sheet';
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

const WEBHOOK_WAIT_MS = 30_000;

/**
 * Uploads a CSV, shows the progress, and reports the outcome.
 *
 * @throws Error when the outcome is incomplete: no webhook, an invalid signature, no result
 */
export async function runDemo(options: RunOptions): Promise<void> {
  const { stage, sheet, output } = options;
  const client = createClient({ url: stage.apiUrl });
  const receiver = await startReceiver(options.webhookSecret);
  try {
    if (options.keep) output.write(`\nPage         ${stage.apiUrl}\n`);
    output.write(`\nUploading ${sheet.file}\n`);
    const started = Date.now();
    const id = await client.upload(new Blob([sheet.csv]), {
      name: path.basename(sheet.file),
      fields: { webhook_url: receiver.url },
    });
    const request = await watch(client, id, output);
    const seconds = (Date.now() - started) / 1000;
    const webhook = await webhookOf(receiver);
    const report = formatReport({
      request,
      survey: await surveyImages(client.images(id)),
      seconds,
      webhook,
      page: `${stage.apiUrl}/requests/${id}`,
      webUi: request.links.temporal ?? '',
      keep: options.keep,
      folder: options.folder,
      pictures: stage.picturesOf(id),
      resultFile: await save(await client.result(id), options.folder, 'result.csv'),
      failedFile:
        request.counts.failed === 0
          ? null
          : await save(await client.result(id, { only: 'failed' }), options.folder, 'failed.csv'),
    });
    output.write(`\n${report}`);
    if (webhook.fault !== null) {
      throw new Error(`Expected a webhook with a valid signature, received: ${webhook.fault}`);
    }
  } finally {
    await receiver.stop();
  }
}

/** Shows the progress until the request is finished. */
async function watch(client: Client, id: string, output: Output): Promise<RequestResource> {
  const progress = createProgress(output);
  try {
    return await client.waitFor(id, {
      onChange: ({ counts, details }) => {
        progress.show(counts, details);
      },
    });
  } finally {
    progress.end();
  }
}

async function webhookOf({ received }: Receiver): Promise<ReceivedWebhook> {
  const webhook = await Promise.race([received, sleep(WEBHOOK_WAIT_MS, null, { ref: false })]);
  if (webhook !== null) return webhook;
  throw new Error(`Expected the webhook within ${WEBHOOK_WAIT_MS} ms, received none`);
}

async function save({ body }: Response, folder: string, name: string): Promise<string> {
  if (body === null) throw new Error(`Expected ${name}, received no content`);
  const file = path.join(folder, name);
  await pipeline(body, createWriteStream(file));
  return file;
}
