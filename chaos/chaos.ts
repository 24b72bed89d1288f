import { createCaller } from './calls';
import { compare } from './compare';
import { createDisturber, type Disturbance } from './disturb';
import type { Evidence } from './evidence';
import { openReader } from './found';
import { repairAll } from './repair';
import { observations, prepareObservations } from './observations';
import { startOperators } from './operators';
import type { Options } from './options';
import { startOrigin, type Origin } from './origin';
import { claims, isOfApi, KILL_POINTS, prepareKillPoints, type Claim } from './armedKills';
import { createRandom } from './random';
import { startReceiver, type Receiver } from './receiver';
import { runSchedule } from './schedule';
import { quiesce } from './quiesce';
import { split, withLongTexts, withoutLongTexts } from './sheets';
import { startChaosCluster, type Stage } from './stage';
import type { Outcome } from './summary';
import { startUploads } from './uploads';

export interface Setting {
  readonly options: Options;
  /** Contains all data and logs of the chaos run. */
  readonly folder: string;
  readonly webhookSecret: string;
  readonly say: (line: string) => void;
  /** Never resolves; rejects when the chaos run must be aborted. */
  readonly aborted: Promise<never>;
}

const PROGRESS_MS = 10_000;
const OPERATORS = ['first operator', 'second operator'];

/** Starts all processes, runs the chaos and the checks, and stops the processes, also after an error. */
export async function runChaos(setting: Setting): Promise<Outcome> {
  const { folder, webhookSecret, options } = setting;
  prepareKillPoints(folder);
  prepareObservations(folder);
  const origin = await startOrigin(createRandom(options.seed, 'origin'));
  const receiver = await startReceiver(webhookSecret, createRandom(options.seed, 'receiver'));
  const stopping = setting.aborted.catch(() => undefined);
  const stage = await startChaosCluster({
    folder,
    webhookSecret,
    withS3: options.withS3,
    stopping,
  });
  try {
    const aborted = Promise.race([setting.aborted, stage.crashLoop]);
    const run = runAndCompare({ ...setting, aborted }, stage, origin, receiver);
    return await Promise.race([run, aborted]);
  } finally {
    await stage.stop();
    await Promise.all([origin.stop(), receiver.stop()]);
  }
}

/** Runs uploads, operators and disturbances; then retries, waits until everything has ended, and compares. */
async function runAndCompare(
  { options, folder, say, aborted }: Setting,
  stage: Stage,
  origin: Origin,
  receiver: Receiver,
): Promise<Outcome> {
  const { seed, kills, images, requests, withS3 } = options;
  await stage.ready();
  const sizes = split(createRandom(seed, 'sizes'), images, requests);
  const uploads = startUploads({
    random: createRandom(seed, 'uploads'),
    // Only object storage receives large files in parts.
    sizes: withS3 ? withLongTexts(sizes) : withoutLongTexts(sizes),
    hosts: origin.hosts,
    url: stage.url,
    webhookUrl: receiver.url,
  });
  const disturber = createDisturber(stage);
  const reader = await openReader(stage);
  const caller = createCaller(stage.url, reader);
  const randoms = OPERATORS.map((name) => createRandom(seed, name));
  const operators = startOperators({ randoms, caller, origin, uploads });
  const started = Date.now();
  const progress = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    const killed = disturber.all.filter(({ how }) => how === 'kill').length + claims(folder).length;
    say(
      `${seconds} s: ${killed} of ${kills} kills, ${uploads.all.length} uploads, ` +
        `${origin.served()} images served, ${receiver.deliveries.length} webhooks`,
    );
  }, PROGRESS_MS);
  try {
    const random = createRandom(seed, 'schedule');
    const trouble = await Promise.race([
      runSchedule({ random, kills, folder, stage, disturber, origin, uploads, requests }),
      aborted,
    ]);
    disturber.resume();
    await operators.stop();
    await uploads.done;
    const chaosMs = Date.now() - started;
    say('The disturbances are over; retrying what can succeed');
    const unrepaired = await Promise.race([
      repairAll({ caller, reader, origin, uploads }),
      aborted,
    ]);
    const repairMs = Date.now() - started - chaosMs;
    say('Waiting until nothing runs any more');
    const { unfinished, waitedMs } = await quiesce(reader);
    say('Comparing the ledgers');
    const found = await reader.everything();
    const claimed = claims(folder);
    const evidence: Evidence = {
      folder,
      url: stage.url,
      found,
      uploads: uploads.all,
      hits: origin.hits,
      deliveries: receiver.deliveries,
      observations: observations(folder),
      disturbances: [...disturber.all, ...claimed.map(asDisturbance)],
      calls: caller.calls,
      repaired: Object.fromEntries(origin.repaired),
    };
    const untried = trouble.untried.map((point) => `no process died at "${KILL_POINTS[point]}"`);
    const compared = await compare(evidence, stage.storage, [
      ...unrepaired,
      ...unfinished,
      ...untried,
    ]);
    const times = { chaosMs, repairMs, quiesceMs: waitedMs };
    return { options, evidence, claims: claimed, trouble, ...compared, ...times };
  } finally {
    clearInterval(progress);
    // A paused process could not end.
    disturber.resume();
    await operators.stop().catch(() => undefined);
    await reader.close();
  }
}

function asDisturbance({ point, pid, at }: Claim): Disturbance {
  return { target: isOfApi(point) ? 'api' : 'worker', how: 'kill', pid, from: at, until: at };
}
