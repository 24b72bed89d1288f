import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runMain, say, stopSignal } from '../src/process/main';
import { runChaos } from './chaos';
import { readOptions } from './options';
import { summaryOf } from './summary';

/** Of the violations, so many are listed; the data folder has them all. */
const LISTED = 100;

/** `npm run chaos`: kills, pauses and faults by a seed; exits 0 only when every ledger agrees in the end. */
runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-chaos-'));
  const { seed, kills, images, requests } = options;
  say(
    `Seed ${seed}: ${kills} kills over ${images} images in ${requests} requests; data: ${folder}`,
  );
  const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const givenUp = stopSignal().then((signal) => {
    throw new Error(`Given up by ${signal}`);
  });
  // Whoever waits for it hears of it.
  givenUp.catch(() => undefined);
  const run = runChaos({ options, folder, webhookSecret, say, givenUp });
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
  throw new Error(`Expected no violation, found ${violations.length}; data and logs: ${folder}`);
});
