import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runMain, say, stopSignal } from '../src/process/main';
import { runChaos } from './chaos';
import { readOptions } from './options';
import { summaryOf } from './summary';

/** At most this many violations are printed; the data folder contains all of them. */
const LISTED = 100;

/** `npm run chaos`: kills, pauses and faults, chosen by a seed. Exits 0 only when all ledgers agree at the end. */
runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-chaos-'));
  const { seed, kills, images, requests, withS3 } = options;
  say(
    `Seed ${seed}: ${kills} kills over ${images} images in ${requests} requests on ` +
      `${withS3 ? 'object storage' : 'disk'}; data: ${folder}`,
  );
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const aborted = stopSignal().then((signal) => {
    throw new Error(`Aborted by ${signal}`);
  });
  // Awaited in `runChaos`; until then a rejection must not be unhandled.
  aborted.catch(() => undefined);
  const run = runChaos({ options, folder, webhookSecret, say, aborted });
  const outcome = await run.catch((error: unknown) => {
    say(`Data and logs are kept in ${folder}`);
    throw error;
  });
  process.stdout.write(summaryOf(outcome));
  const { violations } = outcome;
  if (violations.length === 0) {
    await rm(folder, { recursive: true, force: true });
    return;
  }
  for (const violation of violations.slice(0, LISTED)) say(`- ${violation}`);
  throw new Error(`${violations.length} violations; data and logs: ${folder}`);
});
