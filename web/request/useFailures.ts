import { useCallback, useState } from 'preact/hooks';
import type { FailureGroup } from '../../contract/http/failures';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { useApi } from '../api';
import { usePolling } from '../usePolling';

/** The service groups them anew every five seconds while the request is running. */
const PAUSES_MS = { running: 5_000, finished: 30_000 };

interface Failures {
  /** Most frequent first; `null` until they are read. */
  readonly groups: readonly FailureGroup[] | null;
  readonly error: unknown;
}

/** Reads why images failed, live while the request is running. */
export function useFailures({ request_id, round, status }: RequestResource): Failures {
  const api = useApi();
  const [groups, setGroups] = useState<readonly FailureGroup[] | null>(null);
  const isEnd = isFinished(status);
  const load = useCallback(
    async (signal: AbortSignal) => {
      setGroups((await api.failures(request_id, { signal })).groups);
    },
    // At the end of a round they are read at once.
    [api, request_id, round, isEnd],
  );
  const error = usePolling(load, PAUSES_MS[isEnd ? 'finished' : 'running']);
  return { groups, error };
}
