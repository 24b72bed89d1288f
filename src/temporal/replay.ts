import type { History } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

/** Keeps the SDK from also logging to stdout what {@link replay} returns. Call it once, before that. */
export function installQuietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF', console: {} } },
  });
}

export interface NamedHistory {
  /** Identifies the history in the result, for example a workflow id. */
  readonly name: string;
  readonly history: History;
}

export interface ReplayOutcome {
  readonly name: string;
  /** Where the code deviates from the history, in the SDK's words; `null` when it does not. */
  readonly deviation: string | null;
}

/**
 * Replays recorded histories against this workflow code. A running workflow can continue with this code only if the
 * code is deterministic for its history.
 *
 * @param workflowBundle the path of the bundle that `npm run build` writes
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
