import { useCallback, useRef, useState } from 'preact/hooks';
import type { RequestResource } from '../../contract/http/requests';
import { useApi } from '../api';
import { toQuery, type RequestFilter } from '../logic/requestFilter';
import {
  append,
  placeBehind,
  refresh,
  refreshAt,
  type Loaded,
  type Place,
} from '../logic/requestList';
import { usePolling } from '../usePolling';

const PAUSE_MS = 2_000;
const NOTHING: Loaded<RequestResource> = { requests: [], cursor: null };

/** Loads the requests that match, and keeps all that are loaded current: the newest page, and one of the others in turn. */
export function useRequests(filter: RequestFilter) {
  const api = useApi();
  const list = useRef<Loaded<RequestResource>>(NOTHING);
  const place = useRef<Place | null>(null);
  const [loaded, setLoaded] = useState<Loaded<RequestResource> | null>(null);
  const [olderError, setOlderError] = useState<unknown>(null);

  function show(next: Loaded<RequestResource>) {
    list.current = next;
    setLoaded(next);
  }

  const load = useCallback(
    async (signal: AbortSignal) => {
      const query = toQuery(filter);
      const newest = await api.requestsPage({ ...query, signal });
      show(refresh(list.current, newest));
      const at = place.current;
      place.current = null;
      const page =
        at === null ? newest : await api.requestsPage({ ...query, cursor: at.cursor, signal });
      if (at !== null) show(refreshAt(list.current, at, page));
      place.current = placeBehind(list.current, page);
    },
    [api, filter],
  );
  const error = usePolling(load, PAUSE_MS);

  async function loadOlder(cursor: string) {
    try {
      const page = await api.requestsPage({ ...toQuery(filter), cursor });
      show(append(list.current, page));
      setOlderError(null);
    } catch (failure) {
      setOlderError(failure);
    }
  }

  return { loaded, error, olderError, loadOlder };
}
