import { workflowIdOf } from '../../workflows/names';
import { Refusal } from '../errors';
import type { Runs } from '../temporal/runs';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

/** Checks whether this workflow code is deterministic for a recorded run of a request. */
export async function replay(
  runs: Runs,
  terminal: Terminal,
  workflowBundle: string,
  { requestId, runId }: { requestId: string; runId: string | undefined },
): Promise<ExitCode> {
  const history = await runs.history(requestId, runId);
  if (history === null) {
    const which = runId === undefined ? 'no run' : `no run ${runId}`;
    throw new Refusal('not_found', `Temporal has ${which} of request ${requestId} (any more)`);
  }
  // Only this command needs the SDK's native part, which takes a while to load.
  const { installQuietRuntime, replay: replayAll } = await import('../temporal/replay.js');
  installQuietRuntime();
  const [outcome] = await replayAll(workflowBundle, [{ name: workflowIdOf(requestId), history }]);
  const deviation = outcome?.deviation ?? null;
  const { events = [] } = history;
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  const replayed = started?.originalExecutionRunId ?? runId ?? 'the latest run';
  const verdict = { request_id: requestId, run_id: replayed, events: events?.length ?? 0 };
  print(terminal, { ...verdict, deterministic: deviation === null, deviation }, () =>
    deviation === null
      ? `Deterministic: this code repeats run ${replayed} exactly (${verdict.events} events)\n`
      : `Not deterministic: this code deviates from run ${replayed}. ${deviation}\n`,
  );
  return deviation === null ? EXIT.done : EXIT.nondeterministic;
}
