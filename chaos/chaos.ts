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
import { claims, isOfApi, KILL_POINTS, prepareKillPoints, type Claim } from './places';
import { createRandom } from './random';
import { startReceiver, type Receiver } from './receiver';
import { runSchedule } from './schedule';
import { quiesce } from './quiesce';
import { split } from './sheets';
import { startChaosCluster, type Stage } from './stage';
import type { Outcome } from './summary';
import { startUploads } from './uploads';

export interface Setting {
  readonly options: Options;
  /** Of the run, with all data and logs. */
  readonly folder: string;
  readonly webhookSecret: string;
  readonly say: (line: string) => void;
  /** Never resolves; rejects when the run is to be given up. */
  readonly givenUp: Promise<never>;
}

const PROGRESS_MS = 10_000;
const OPERATORS = ['first operator', 'second operator'];

/** Sets the stage, plays, and clears it again whatever happened. */
export async function runChaos(setting: Setting): Promise<Outcome> {
  const { folder, webhookSecret, options } = setting;
  prepareKillPoints(folder);
  prepareObservations(folder);
  const origin = await startOrigin(createRandom(options.seed, 'origin'));
  const receiver = await startReceiver(webhookSecret, createRandom(options.seed, 'receiver'));
  const stopping = setting.givenUp.catch(() => undefined);
  const stage = await startChaosCluster(folder, webhookSecret, stopping);
  try {
    const givenUp = Promise.race([setting.givenUp, stage.givenUp]);
    return await Promise.race([play({ ...setting, givenUp }, stage, origin, receiver), givenUp]);
  } finally {
    await stage.stop();
    await Promise.all([origin.stop(), receiver.stop()]);
  }
}

/** Uploads, operators and trouble; then retries, quiet until everything is done, and the reckoning. */
async function play(
  { options, folder, say, givenUp }: Setting,
  stage: Stage,
  origin: Origin,
  receiver: Receiver,
): Promise<Outcome> {
  const { seed, kills, images, requests } = options;
  await stage.ready();
  const sizes = split(createRandom(seed, 'sizes'), images, requests);
  const uploads = startUploads({
    random: createRandom(seed, 'uploads'),
    sizes,
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
      givenUp,
    ]);
    disturber.resume();
    await operators.stop();
    await uploads.done;
    const chaosMs = Date.now() - started;
    say('No more trouble; retrying what can be repaired');
    const unrepaired = await Promise.race([
      repairAll({ caller, reader, origin, uploads }),
      givenUp,
    ]);
    const mendingMs = Date.now() - started - chaosMs;
    say('Waiting until everything is done by itself');
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
    const untried = trouble.untried.map((place) => `no process died at "${KILL_POINTS[place]}"`);
    const compared = await compare(evidence, [...unrepaired, ...unfinished, ...untried]);
    const times = { chaosMs, mendingMs, settlingMs: waitedMs };
    return { options, evidence, claims: claimed, trouble, ...compared, ...times };
  } finally {
    clearInterval(progress);
    // A process that is still stopped could not end.
    disturber.resume();
    await operators.stop().catch(() => undefined);
    await reader.close();
  }
}

function asDisturbance({ place, pid, at }: Claim): Disturbance {
  return { target: isOfApi(place) ? 'api' : 'worker', how: 'kill', pid, from: at, until: at };
}
