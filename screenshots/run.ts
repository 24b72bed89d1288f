import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import sharp from 'sharp';
import { until } from '../bench/until';
import { createClient } from '../client';
import type { UploadFields } from '../contract/http/uploads';
import { startOrigin } from '../src/dev/demo/origin';
import { startReceiver } from '../src/dev/demo/receiver';
import { relinked } from '../src/dev/demo/sheet';
import { startDemo } from '../src/dev/demo/stage';
import { runMain, say, stopSignal } from '../src/process/main';
import { SHOTS, type Shot } from './shots';

const ROOT = path.join(__dirname, '..', '..');
const SAMPLE = path.join(ROOT, 'samples', 'products.csv');
const TARGET = path.join(ROOT, 'docs', 'images');

const THEMES = ['light', 'dark'] as const;
const VIEWPORT = { width: 1200, height: 800 };
/** Sharp on screens with more pixels, and still small. */
const SCALE = 1.5;
const MAX_BYTES = 400_000;
const POLL_MS = 200;
const DELIVERY_MS = 60_000;

/** Names in the sample whose pictures cannot be had. */
const FAULTS = /-(missing|corrupt)(?=\.)/g;

/** `npm run screenshots`: takes pictures of the page with a real service and the sample, into `docs/images`. */
runMain(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-screenshots-'));
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const stopping = stopSignal();
  const options = { folder, env: {}, withS3: false, webhookSecret, log: say, stopping };
  const stage = await startDemo(options);
  const [origin, receiver] = await Promise.all([startOrigin(), startReceiver(webhookSecret)]);
  try {
    const csv = relinked(await readFile(SAMPLE), origin.url);
    const id = await uploadSamples(stage.apiUrl, csv.toString(), receiver.url);
    await takeAll(stage.apiUrl, id);
  } finally {
    await Promise.all([origin.stop(), receiver.stop(), stage.stop()]);
    await rm(folder, { recursive: true });
  }
});

/** Uploads the sample, once without its faults and then as it is. @returns the id of the latter */
async function uploadSamples(url: string, csv: string, webhook: string): Promise<string> {
  const client = createClient({ url });
  const send = async (name: string, content: string, fields: UploadFields) => {
    const id = await client.upload(new Blob([content]), { name, fields });
    const isDelivered = async () => (await client.request(id)).webhook?.state === 'delivered';
    await until(`the webhook of ${name}`, POLL_MS, isDelivered, DELIVERY_MS);
    return id;
  };
  const fields = { webhook_url: webhook };
  await send('new-arrivals.csv', csv.replaceAll(FAULTS, ''), { ...fields, format: 'webp' });
  return await send('products.csv', csv, fields);
}

async function takeAll(url: string, id: string): Promise<void> {
  await mkdir(TARGET, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  try {
    for (const shot of SHOTS) {
      for (const theme of THEMES) await take(browser, url, id, shot, theme);
    }
  } finally {
    await browser.close();
  }
}

async function take(
  browser: Browser,
  url: string,
  id: string,
  { name, path: pathOf, prepare }: Shot,
  theme: (typeof THEMES)[number],
): Promise<void> {
  const page = await browser.newPage({
    viewport: VIEWPORT,
    deviceScaleFactor: SCALE,
    colorScheme: theme,
    locale: 'en-GB',
  });
  await page.goto(url + pathOf(id));
  await prepare(page);
  const picture = await sharp(await page.screenshot())
    .png({ palette: true, effort: 10 })
    .toBuffer();
  await page.close();
  const file = path.join(TARGET, `${name}-${theme}.png`);
  if (picture.length > MAX_BYTES) {
    throw new Error(`Expected at most ${MAX_BYTES} bytes in ${file}, received ${picture.length}`);
  }
  await writeFile(file, picture);
  say(`${file}: ${Math.ceil(picture.length / 1000)} kB`);
}
