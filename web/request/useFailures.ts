import { useCallback, useRef, useState } from 'preact/hooks';
import type { FailureGroup } from '../../contract/http/failures';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { useApi } from '../api';
import { usePolling } from '../usePolling';

/** The service groups them anew so often while the request is running. */
const PAUSE_MS = 5_000;

export interface GroupedFailures {
  /** Most frequent first; `null` until they are read. */
  readonly groups: readonly FailureGroup[] | null;
  readonly error: unknown;
}

/** Reads why images failed: live while the request is running, then once. */
export function useFailures({
  request_id,
  round,
  status,
  counts,
}: RequestResource): GroupedFailures {
  const api = useApi();
  const [groups, setGroups] = useState<readonly FailureGroup[] | null>(null);
  const hasFailed = counts.failed > 0;
  const endedRound = isFinished(status) ? round : null;
  const readRound = useRef<number | null>(null);
  const load = useCallback(
    async (signal: AbortSignal) => {
      if (!hasFailed) {
        setGroups(null);
        return;
      }
      if (endedRound !== null && readRound.current === endedRound) return;
      const read = await api.failures(request_id, { signal });
      setGroups(read.groups);
      readRound.current = endedRound;
    },
    [api, request_id, endedRound, hasFailed],
  );
  return { groups, error: usePolling(load, PAUSE_MS) };
}
