import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturber } from './disturb';
import { anyFault, type Fault, type Origin } from './origin';
import { arm, claims, disarm, KILL_POINTS, type KillPoint } from './places';
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
  /** How many sheets there are to upload. */
  readonly requests: number;
}

export interface Trouble {
  readonly bursts: readonly Fault[];
  /** Places that nothing came to in time; a kill at random took their turn. */
  readonly missed: readonly KillPoint[];
  /** Places where no process died, although there were turns enough for all of them. */
  readonly untried: readonly KillPoint[];
}

/** How often each place has its turn. */
const PLACE_WEIGHTS: Readonly<Record<KillPoint, number>> = {
  'file-written': 7,
  'image-recorded': 7,
  'rows-recorded': 3,
  'workflow-started': 6,
  'round-opened': 3,
  'round-started': 4,
  'outcome-recorded': 3,
  'webhook-taken': 4,
  'continue-as-new-decided': 5,
  'continue-as-new-told': 5,
};
const TARGET_WEIGHTS: Readonly<Record<TargetKind, number>> = { worker: 5, api: 3, temporal: 3 };
const GAP_MS = [1000, 5000] as const;
const PAUSE_SHARE = 0.3;
/** Long ones outlast a heartbeat: the work is given to another, and then this one wakes. */
const PAUSE_MS = [300, 22_000] as const;
const BURST_SHARE = 0.5;
const BURST_MS = [1000, 5000] as const;
/** For a process to come to an armed place. */
const ARMED_MS = 15_000;
/** With so many turns for each place, one where no process died is a fault of the harness. */
const TURNS_ENOUGH = 3;

/** Runs through the kills, one after the other; uploads are spread evenly over them. */
export async function runSchedule(options: ScheduleOptions): Promise<Trouble> {
  const { random, kills, folder, stage, disturber, origin, uploads, requests } = options;
  const bursts: Fault[] = [];
  const missed: KillPoint[] = [];

  function untried(): KillPoint[] {
    const tried = new Set(claims(folder).map(({ place }) => place));
    return (Object.keys(KILL_POINTS) as KillPoint[]).filter((place) => !tried.has(place));
  }

  /** Those that have not had their death yet come first, and of them those that were missed least. */
  function placeInTurn(): KillPoint {
    const missesOf = (place: KillPoint) => missed.filter((one) => one === place).length;
    const least = Math.min(...untried().map(missesOf));
    const [first, ...others] = untried().filter((place) => missesOf(place) === least);
    return first === undefined
      ? pickWeighted(random, PLACE_WEIGHTS)
      : pick(random, [first, ...others]);
  }

  async function killAt(place: KillPoint): Promise<boolean> {
    const before = claims(folder).length;
    arm(folder, place);
    const deadline = Date.now() + ARMED_MS;
    while (claims(folder).length === before) {
      if (Date.now() > deadline && disarm(folder, place)) {
        missed.push(place);
        return false;
      }
      await sleep(50);
    }
    return true;
  }

  function targetAtRandom(): Target {
    const kind = pickWeighted(random, TARGET_WEIGHTS);
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
      // Cubed: most are short.
      const ms = PAUSE_MS[0] + (PAUSE_MS[1] - PAUSE_MS[0]) * random() ** 3;
      disturber.pause(targetAtRandom(), ms);
    }
    if (random() < BURST_SHARE) {
      const fault = anyFault(random);
      bursts.push(fault);
      origin.burst(fault, between(random, ...BURST_MS));
    }
    const place = kill % 2 === 1 ? placeInTurn() : null;
    const done = place === null ? null : killAt(place);
    uploads.allow(Math.ceil((requests * (kill + 1)) / (kills + 1)));
    if ((await done) !== true) await killAtRandom();
  }
  uploads.allow(requests);
  const enough = kills / 2 >= TURNS_ENOUGH * Object.keys(KILL_POINTS).length;
  return { bursts, missed, untried: enough ? untried() : [] };
}
