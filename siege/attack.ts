import type { Outcome } from './rawCall';

export interface HostileHosts {
  readonly url: string;
  /** Hosts that accept connections and never answer. */
  readonly hanging: readonly string[];
  /** Names of the worst pictures. */
  readonly pictures: readonly string[];
}

/** What the attackers attack, and with what. */
export interface Target {
  readonly port: number;
  readonly key: string;
  readonly hosts: HostileHosts;
}

/** One way to attack, repeated at a rate. */
export interface Attack {
  readonly name: string;
  readonly perMinute: number;
  /** When so many are under way, the next one is left out. */
  readonly atOnce: number;
  /** Calls that one run makes, if more than one. */
  readonly calls?: number;
  run(): Promise<Outcome>;
}

/** How the calls of one attack ended: numbers by status, `none` for calls without an answer. */
export type Tally = Readonly<Record<string, number>>;

export interface Report {
  /** By name of the attack. */
  readonly tallies: Readonly<Record<string, Tally>>;
  readonly calls: number;
  /** Answers of 500 and above that were not a 503 with `Retry-After`. */
  readonly faults: readonly string[];
}
