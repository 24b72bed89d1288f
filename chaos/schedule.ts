import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturber } from './disturb';
import { anyFault, type Fault, type Origin } from './origin';
import { arm, claims, disarm, KILL_POINTS, type KillPoint } from './armedKills';
import { between, pick, pickWeighted, type Random } from './random';
import type { Stage, Target, TargetKind } from './stage';
import type { Uploads } from './uploads';

export interface ScheduleOptions {
  readonly random: Random;
  readonly kills: number;
  readonly folder: string;
  readonly stage: Pick<Stage, 'targets'>;
  readonly disturber: Disturber;
  readonly origin: Origin;
  readonly uploads: Uploads;
  /** The number of sheets to upload. */
  readonly requests: number;
}

export interface Trouble {
  readonly bursts: readonly Fault[];
  /** Kill points that no process reached in time. Each time a random process was killed instead. */
  readonly missed: readonly KillPoint[];
  /** Kill points where no process died, although there were enough turns for all of them. */
  readonly untried: readonly KillPoint[];
}

/** How often each kill point has its turn. */
const POINT_WEIGHTS: Readonly<Record<KillPoint, number>> = {
  'file-written': 7,
  'image-recorded': 7,
  'sheet-stored': 3,
  'rows-noted': 4,
  'sheet-recorded': 3,
  'workflow-started': 6,
  'round-opened': 3,
  'round-started': 4,
  'outcome-recorded': 3,
  'webhook-taken': 4,
  'continue-as-new-decided': 5,
  'continue-as-new-told': 5,
};
const TARGET_WEIGHTS: Readonly<Record<TargetKind, number>> = {
  worker: 5,
  api: 3,
  temporal: 3,
  storage: 3,
};
const GAP_MS = [1000, 5000] as const;
const PAUSE_SHARE = 0.3;
/** A long pause outlasts the heartbeat timeout: another process gets the work, and then this one wakes. */
const PAUSE_MS = [300, 22_000] as const;
const BURST_SHARE = 0.5;
const BURST_MS = [1000, 5000] as const;
/** The time for a process to reach an armed kill point. */
const ARMED_MS = 15_000;
/** With this many turns for each kill point, one where no process died is a fault of the harness. */
const TURNS_ENOUGH = 3;

/** Makes the kills, one after the other, and spreads the uploads evenly over them. */
export async function runSchedule(options: ScheduleOptions): Promise<Trouble> {
  const { random, kills, folder, stage, disturber, origin, uploads, requests } = options;
  const bursts: Fault[] = [];
  const missed: KillPoint[] = [];
  const hasStorage = stage.targets.some(({ kind }) => kind === 'storage');
  const weights = hasStorage ? TARGET_WEIGHTS : { ...TARGET_WEIGHTS, storage: 0 };

  function untried(): KillPoint[] {
    const tried = new Set(claims(folder).map(({ point }) => point));
    return (Object.keys(KILL_POINTS) as KillPoint[]).filter((point) => !tried.has(point));
  }

  /** Picks kill points where no process has died yet first, beginning with those that were missed least. */
  function nextPoint(): KillPoint {
    const missesOf = (point: KillPoint) => missed.filter((one) => one === point).length;
    const least = Math.min(...untried().map(missesOf));
    const [first, ...others] = untried().filter((point) => missesOf(point) === least);
    return first === undefined
      ? pickWeighted(random, POINT_WEIGHTS)
      : pick(random, [first, ...others]);
  }

  async function killAt(point: KillPoint): Promise<boolean> {
    const before = claims(folder).length;
    arm(folder, point);
    const deadline = Date.now() + ARMED_MS;
    while (claims(folder).length === before) {
      if (Date.now() > deadline && disarm(folder, point)) {
        missed.push(point);
        return false;
      }
      await sleep(50);
    }
    return true;
  }

  function targetAtRandom(): Target {
    const kind = pickWeighted(random, weights);
    const [first, ...others] = stage.targets.filter((target) => target.kind === kind);
    if (first === undefined) throw new Error(`Expected a target of kind ${kind}`);
    return pick(random, [first, ...others]);
  }

  async function killAtRandom(): Promise<void> {
    while (!disturber.kill(targetAtRandom())) await sleep(200);
  }

  uploads.allow(Math.ceil(requests / (kills + 1)));
  for (let kill = 1; kill <= kills; kill += 1) {
    await sleep(between(random, ...GAP_MS));
    if (random() < PAUSE_SHARE) {
      // Cubed, so that most pauses are short.
      const ms = PAUSE_MS[0] + (PAUSE_MS[1] - PAUSE_MS[0]) * random() ** 3;
      disturber.pause(targetAtRandom(), ms);
    }
    if (random() < BURST_SHARE) {
      const fault = anyFault(random);
      bursts.push(fault);
      origin.burst(fault, between(random, ...BURST_MS));
    }
    const point = kill % 2 === 1 ? nextPoint() : null;
    const done = point === null ? null : killAt(point);
    uploads.allow(Math.ceil((requests * (kill + 1)) / (kills + 1)));
    if ((await done) !== true) await killAtRandom();
  }
  uploads.allow(requests);
  const enough = kills / 2 >= TURNS_ENOUGH * Object.keys(KILL_POINTS).length;
  return { bursts, missed, untried: enough ? untried() : [] };
}
