import type { History } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

/** Keeps the SDK from writing what {@link replay} returns to stdout as well. Call before, once. */
export function installQuietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF', console: {} } },
  });
}

export interface NamedHistory {
  /** For whoever reads the result; in a service the workflow id. */
  readonly name: string;
  readonly history: History;
}

export interface ReplayOutcome {
  readonly name: string;
  /** Where the code does otherwise than the history says, in the SDK's words; `null`: it does the same. */
  readonly deviation: string | null;
}

/**
 * Runs the workflow code at hand against what runs have done: running ones can be taken up by this code only
 * where it does the same.
 *
 * @param workflowBundle of the file that `npm run build` packs
 */
export async function replay(
  workflowBundle: string,
  histories: readonly NamedHistory[],
): Promise<ReplayOutcome[]> {
  const outcomes: ReplayOutcome[] = [];
  const named = histories.map(({ name, history }) => ({ workflowId: name, history }));
  const results = Worker.runReplayHistories(
    { workflowBundle: { codePath: workflowBundle } },
    named,
  );
  for await (const { workflowId, error } of results) {
    outcomes.push({ name: workflowId, deviation: error?.message ?? null });
  }
  return outcomes;
}
