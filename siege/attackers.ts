import { setTimeout as sleep } from 'node:timers/promises';
import { apiAttacks } from './apiAttacks';
import type { Attack, Report, Target } from './attack';
import { becomeAttacker } from './becomeAttacker';
import { linkAttacks, pictureAttacks } from './linkAttacks';
import type { Outcome } from './rawCall';

/** The worst pictures alone, or these and everything else. */
export type Scope = 'pictures' | 'everything';

/** Attackers stop to start calls after this time, and then report. */
export interface Order extends Target {
  readonly scope: Scope;
  readonly ms: number;
}

const ATTACKS: Readonly<Record<Scope, (target: Target) => Attack[]>> = {
  pictures: pictureAttacks,
  everything: (target) => [
    ...apiAttacks(target),
    ...linkAttacks(target),
    ...pictureAttacks(target),
  ],
};

/** Runs all attacks of the scope at once until the time is over. Then sends a report to the process that started it, and ends. */
async function attack({ scope, ms, ...target }: Order): Promise<void> {
  const tallies = new Map<string, Map<string, number>>();
  const faults: string[] = [];
  let calls = 0;
  const deadline = performance.now() + ms;

  const note = (name: string, outcome: Outcome, count: number) => {
    calls += count;
    const tally = tallies.get(name) ?? new Map<string, number>();
    tallies.set(name, tally);
    const key = outcome === null ? 'none' : String(outcome.status);
    tally.set(key, (tally.get(key) ?? 0) + count);
    if (outcome === null || outcome.status < 500) return;
    if (outcome.status === 503 && outcome.hasRetryAfter) return;
    faults.push(`${name}: ${outcome.status}`);
  };

  async function repeat({ name, perMinute, atOnce, calls: count = 1, run }: Attack): Promise<void> {
    let running = 0;
    while (performance.now() < deadline) {
      if (running < atOnce) {
        running += 1;
        void run().then((outcome) => {
          running -= 1;
          note(name, outcome, count);
        });
      }
      await sleep(60_000 / perMinute);
    }
  }

  await Promise.all(ATTACKS[scope](target).map(repeat));
  const report: Report = {
    tallies: Object.fromEntries(
      [...tallies].map(([name, tally]) => [name, Object.fromEntries(tally)]),
    ),
    calls,
    faults,
  };
  process.send?.(report, () => process.exit(0));
}

becomeAttacker();
process.once('message', (order) => void attack(order as Order));
