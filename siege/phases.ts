import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench/environment';
import type { HostileHosts, Report } from './attack';
import type { Order, Scope } from './attackers';
import { startChild } from './children';
import { watchHealth } from './health';
import { watchProcesses, type Kind, type Observed } from './processes';
import type { Round, Victim } from './victim';

const QUIET_ROUNDS = 7;
/** No further round begins after this time, so that a service that is still busy does not make it long. */
const QUIET_MS = 60_000;
/** The first requests load code and start processes. */
const WARM_UP_ROUNDS = 3;
/** Attackers that wait for an answer end within this time after the last call that they start. */
const REPORT_MS = 60_000;

export interface Quiet {
  readonly rounds: readonly Round[];
  readonly healthMs: readonly number[];
}

export interface Beside extends Quiet {
  readonly report: Report;
  readonly processes: (kind: Kind) => Observed;
  /** How late timers of the measuring process were at most: part of every time that it measured. */
  readonly ownDelayMs: number;
  readonly tookMs: number;
}

export async function warmUp(victim: Victim): Promise<void> {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await victim.round();
}

export async function measureQuiet(bench: Bench, victim: Victim): Promise<Quiet> {
  const rounds: Round[] = [];
  const deadline = performance.now() + QUIET_MS;
  const run = async () => {
    while (rounds.length < QUIET_ROUNDS && performance.now() < deadline) {
      rounds.push(await victim.round());
    }
  };
  const running = run();
  const healthMs = await watchHealth(bench.url, running);
  await running;
  return { rounds, healthMs };
}

/** Lets all attacks of a scope run at once, and measures meanwhile what the victim notices. */
export async function besiege(
  bench: Bench,
  victim: Victim,
  given: {
    readonly scope: Scope;
    readonly key: string;
    readonly hosts: HostileHosts;
    readonly ms: number;
  },
): Promise<Beside> {
  const { child, message } = startChild('attackers.js');
  const order: Order = { ...given, port: Number(new URL(bench.url).port) };
  child.send(order);
  const endWatch = watchProcesses(bench);
  const delay = monitorEventLoopDelay();
  delay.enable();
  const started = performance.now();
  const deadline = started + given.ms;
  const rounds: Round[] = [];
  const run = async () => {
    while (performance.now() < deadline) rounds.push(await victim.round());
  };
  const running = run();
  const healthMs = await watchHealth(bench.url, running);
  await running;
  delay.disable();
  const tookMs = performance.now() - started;
  const processes = endWatch();
  const report = await Promise.race([message, sleep(REPORT_MS, null, { ref: false })]);
  child.kill('SIGKILL');
  if (report === null) throw new Error(`The attackers did not report within ${REPORT_MS} ms`);
  return {
    rounds,
    healthMs,
    report: report as Report,
    processes,
    ownDelayMs: delay.max / 1e6,
    tookMs,
  };
}
