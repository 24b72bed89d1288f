import { workflowIdOf } from '../../workflows/names';
import { Refusal } from '../errors';
import type { Runs } from '../temporal/runs';
import { EXIT, type ExitCode } from './exit';
import { print, type Terminal } from './terminal';

/** Whether the code at hand would do again what a run of a request has done. */
export async function replay(
  runs: Runs,
  terminal: Terminal,
  workflowBundle: string,
  { requestId, runId }: { requestId: string; runId: string | undefined },
): Promise<ExitCode> {
  const history = await runs.history(requestId, runId);
  if (history === null) {
    const which = runId === undefined ? 'a run of it' : `its run ${runId}`;
    throw new Refusal(
      'not_found',
      `Expected Temporal to know ${which}, but it does not (any more)`,
    );
  }
  // Only this command needs the SDK's native part, which takes a while to load.
  const { installQuietRuntime, replay: replayAll } = await import('../temporal/replay.js');
  installQuietRuntime();
  const [outcome] = await replayAll(workflowBundle, [{ name: workflowIdOf(requestId), history }]);
  const deviation = outcome?.deviation ?? null;
  const { events = [] } = history;
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  const of = started?.originalExecutionRunId ?? runId ?? 'the latest run';
  const verdict = { request_id: requestId, run_id: of, events: events?.length ?? 0 };
  print(terminal, { ...verdict, deterministic: deviation === null, deviation }, () =>
    deviation === null
      ? `Deterministic: this code does again what run ${of} has done (${verdict.events} events)\n`
      : `Not deterministic: this code does otherwise than run ${of} has done. ${deviation}\n`,
  );
  return deviation === null ? EXIT.done : EXIT.nondeterministic;
}
