import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { OperatorActivities } from '../activities/types';
import { PAUSE_SIGNAL, RESUME_SIGNAL, SWEEP_SIGNAL } from './names';

type Counts = Readonly<Record<string, number>>;

/** The state that a run passes to the run that continues it. */
export interface SweepState {
  readonly paused: boolean;
  /** An operator asked for a sweep that has not ended. It takes place even while paused. */
  readonly asked: boolean;
  /** Describes what the last sweep found; `null` before the first. */
  readonly last: string | null;
  /** What the current sweep has found so far; empty between sweeps. */
  readonly counts: Counts;
}

interface Step {
  readonly counts: Counts;
  /** Whether the sweep continues with another step at once. */
  readonly more: boolean;
}

/**
 * The number of steps in one run. At eleven events each they make 3,300 events, well below the 4,096 at which the
 * server suggests to continue as new. With a sweep a minute, one run closes every five hours.
 */
const STEPS_PER_RUN = 300;

const pauseSignal = defineSignal(PAUSE_SIGNAL);
const resumeSignal = defineSignal(RESUME_SIGNAL);
const sweepSignal = defineSignal(SWEEP_SIGNAL);

const operators = proxyActivities<OperatorActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/** Repairs, every minute, requests whose records and runs disagree. */
export function reconciler(state?: SweepState): Promise<never> {
  return sweepEvery('1 minute', state, async () => ({
    counts: await operators.reconcile(),
    more: false,
  }));
}

/** Deletes, every hour and in batches, requests that are older than `RETENTION_DAYS`. */
export function retention(state?: SweepState): Promise<never> {
  return sweepEvery('1 hour', state, async () => {
    const { removed, more } = await operators.removeExpired();
    return { counts: { removed }, more };
  });
}

const FIRST: SweepState = { paused: false, asked: false, last: null, counts: {} };

/**
 * Sweeps, waits for the period and repeats, without end. A run begins with a sweep. While paused, it sweeps only when
 * asked to. A pause also stops the current sweep after its current step.
 */
async function sweepEvery(
  period: '1 minute' | '1 hour',
  { paused, asked, last, counts }: SweepState = FIRST,
  step: () => Promise<Step>,
): Promise<never> {
  let forced = false;
  const show = () => {
    setCurrentDetails([...(paused ? ['Paused'] : []), last ?? 'No sweep yet'].join('. '));
  };
  setHandler(sweepSignal, () => {
    asked = true;
  });
  setHandler(pauseSignal, () => {
    paused = true;
    forced = false;
    show();
  });
  setHandler(resumeSignal, () => {
    paused = false;
    show();
  });

  for (let steps = 0; steps < STEPS_PER_RUN && !workflowInfo().continueAsNewSuggested; steps += 1) {
    show();
    await condition(() => asked || forced || !paused);
    forced ||= asked;
    asked = false;
    const { counts: found, more } = await step();
    counts = sum(counts, found);
    last = `Last sweep ${new Date().toISOString()}: ${described(counts)}`;
    show();
    if (more) continue;
    forced = false;
    counts = {};
    await condition(() => asked, period);
  }
  return continueAsNew<(state: SweepState) => Promise<never>>({
    paused,
    asked: asked || forced,
    last,
    counts,
  });
}

function sum(one: Counts, other: Counts): Counts {
  const names = Object.keys({ ...one, ...other });
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

function described(counts: Counts): string {
  const found = Object.entries(counts).filter(([, count]) => count > 0);
  return found.length === 0
    ? 'nothing found'
    : found.map(([name, count]) => `${name}: ${count}`).join(', ');
}
