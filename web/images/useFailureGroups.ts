import { useCallback, useState } from 'preact/hooks';
import type { FailureGroup } from '../../contract/http/failures';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { useApi } from '../api';
import { usePolling } from '../usePolling';

const PAUSES_MS = { running: 5_000, finished: 30_000 };

/** The codes and hosts of failures. They only suggest what to filter by, so the list is complete without them. */
export function useFailureGroups({
  request_id,
  status,
  counts,
}: RequestResource): readonly FailureGroup[] {
  const api = useApi();
  const [groups, setGroups] = useState<readonly FailureGroup[]>([]);
  const hasFailed = counts.failed > 0;
  const load = useCallback(
    async (signal: AbortSignal) => {
      setGroups(hasFailed ? (await api.failures(request_id, { signal })).groups : []);
    },
    [api, request_id, hasFailed],
  );
  usePolling(load, PAUSES_MS[isFinished(status) ? 'finished' : 'running']);
  return groups;
}
