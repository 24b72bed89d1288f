import type { Call } from './calls';
import { isRetry, isUncertain } from './checkCalls';
import { isCancellation } from './checkCancellations';
import { groupBy, type Evidence, type Violations } from './evidence';
import { isFinished } from '../contract/statuses';
import { requestIdOf } from './found';
import type { Storage } from './storage';
import type { Upload } from './uploads';

/** Answers that do not accept an upload. Since every file is valid, any other answer than 200 is wrong. */
const REFUSED = [null, 503];

/** Checks that no accepted upload is missing, that no other is there in part, and that none is there twice. */
export async function checkUploads(evidence: Evidence, storage: Storage): Promise<Violations> {
  const { found, uploads } = evidence;
  const byName = groupBy(found.requests, ({ file_name }) => file_name);
  const names = new Set(uploads.map(({ sheet }) => sheet.name));
  return [
    ...uploads.flatMap((upload) => {
      const requests = byName.get(upload.sheet.name) ?? [];
      return checkUpload(upload, requests);
    }),
    ...found.requests
      .filter(({ file_name }) => !names.has(file_name))
      .map(({ _id }) => `request ${_id} belongs to no upload`),
    ...checkRuns(evidence),
    ...(await checkOrphans(evidence, storage)),
  ];
}

function checkUpload(
  { sheet, key, tries }: Upload,
  requests: readonly { readonly _id: string; readonly state: string }[],
): Violations {
  const violations: Violations = [];
  const what = `${sheet.name} (${key === null ? 'no key' : `key ${key}`})`;
  const ids = requests.map(({ _id }) => _id);
  const promised = new Set(
    tries.flatMap(({ status, requestId }) => (status === 200 ? [requestId] : [])),
  );
  if (promised.size > 1) violations.push(`${what} was answered with ${[...promised].join(', ')}`);
  if (ids.length > 1) violations.push(`${what} became ${ids.length} requests: ${ids.join(', ')}`);
  for (const id of promised) {
    if (id === null || !ids.includes(id)) violations.push(`${what}: ${id ?? 'no id'} is missing`);
  }
  for (const { _id, state } of requests) {
    if (!isFinished(state)) violations.push(`${what}: request ${_id} is still ${state}`);
  }
  for (const { status } of tries) {
    if (status !== 200 && !REFUSED.includes(status)) violations.push(`${what} got HTTP ${status}`);
  }
  return violations;
}

/** Checks that each round has ended, and that no other run is open. */
function checkRuns({ found, calls }: Evidence): Violations {
  const runs = groupBy(found.runs, requestIdOf);
  const known = new Set(found.requests.map(({ _id }) => _id));
  const byRequest = groupBy(calls, ({ requestId }) => requestId);
  const ended = found.requests.flatMap(({ _id, round }) => {
    const all = (runs.get(_id) ?? []).map(({ status }) => status);
    return areRunsExpected(all, round, byRequest.get(_id) ?? [])
      ? []
      : [`request ${_id} has workflow runs ${all.join(', ') || 'none'} in ${round} rounds`];
  });
  const unknown = found.runs
    .filter((run) => run.status === 'RUNNING' && !known.has(requestIdOf(run)))
    .map(({ workflowId }) => `workflow ${workflowId} runs for no request`);
  return [...ended, ...unknown];
}

/**
 * There may be fewer runs than rounds, since a run that delivers continues with the next round. There may also be more:
 * a retry that was rolled back, or a cancellation after the end of the round, may have started a run that failed.
 */
function areRunsExpected(all: readonly string[], rounds: number, calls: readonly Call[]): boolean {
  const ended = all.filter((status) => status !== 'CONTINUED_AS_NEW');
  const numberOf = (wanted: string) => ended.filter((status) => status === wanted).length;
  const [cancelled, failed] = [numberOf('CANCELLED'), numberOf('FAILED')];
  const cancellations = calls.filter(isCancellation).length;
  const spare = calls.filter((call) => isRetry(call) && isUncertain(call)).length + cancellations;
  return (
    ended.length > 0 &&
    ended.length <= rounds + spare &&
    ended.length === numberOf('COMPLETED') + cancelled + failed &&
    cancelled <= cancellations &&
    failed <= spare
  );
}

/** Checks that there are no records or files of requests that do not exist. */
async function checkOrphans({ found }: Evidence, storage: Storage): Promise<Violations> {
  const known = new Set(found.requests.map(({ _id }) => _id));
  const parts: Record<string, readonly { readonly request_id: string }[]> = {
    rows: found.rows,
    images: found.images,
    deliveries: found.deliveries,
  };
  const records = Object.entries(parts).flatMap(([name, all]) =>
    [...groupBy(all, ({ request_id }) => request_id)]
      .filter(([id]) => !known.has(id))
      .map(([id, { length }]) => `${length} ${name} belong to request ${id}, which does not exist`),
  );
  const folders = await Promise.all(
    (['files', 'results'] as const).map(async (part) =>
      (await storage.requestsIn(part))
        .filter((id) => !known.has(id))
        .map((id) => `${part} belong to request ${id}, which does not exist`),
    ),
  );
  return [...records, ...folders.flat()];
}
