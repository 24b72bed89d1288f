import { useCallback, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { RequestResource } from '../../contract/http/requests';
import { REQUEST_STATUSES, type RequestStatus } from '../../contract/statuses';
import { useApi } from '../api';
import { formatImages, formatNumber } from '../logic/format';
import { append, refresh, type Loaded } from '../logic/requestList';
import { REQUEST_LABELS } from '../logic/statuses';
import { Ago } from '../parts/ago';
import { CountsBar } from '../parts/countsBar';
import { Failure } from '../parts/failure';
import { StatusLabel } from '../parts/statusLabel';
import { usePolling } from '../usePolling';

const PAUSE_MS = 2_000;

/** The requests, newest first and live. */
export function RequestList() {
  const [status, setStatus] = useState<RequestStatus | undefined>(undefined);
  return (
    <section aria-labelledby="requests">
      <div class="heading">
        <h2 id="requests">Requests</h2>
        <label class="inline">
          Status
          <select
            value={status ?? ''}
            onChange={({ currentTarget }) => {
              setStatus(REQUEST_STATUSES.find((one) => one === currentTarget.value));
            }}
          >
            <option value="">All</option>
            {REQUEST_STATUSES.map((one) => (
              <option key={one} value={one}>
                {REQUEST_LABELS[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Requests key={status ?? ''} status={status} />
    </section>
  );
}

function Requests({ status }: { readonly status: RequestStatus | undefined }) {
  const api = useApi();
  const [loaded, setLoaded] = useState<Loaded<RequestResource> | null>(null);
  const [olderError, setOlderError] = useState<unknown>(null);
  const load = useCallback(
    async (signal: AbortSignal) => {
      const page = await api.requestsPage({ status, signal });
      setLoaded((known) => refresh(known ?? { requests: [], cursor: null }, page));
    },
    [api, status],
  );
  const error = usePolling(load, PAUSE_MS);

  async function loadOlder(cursor: string) {
    try {
      const page = await api.requestsPage({ status, cursor });
      setLoaded((known) => append(known ?? { requests: [], cursor: null }, page));
      setOlderError(null);
    } catch (failure) {
      setOlderError(failure);
    }
  }

  const cursor = loaded?.cursor ?? null;
  return (
    <>
      {error !== null && <Failure error={error} isRetried />}
      {loaded === null && error === null && <p role="status">Loading the requests…</p>}
      {loaded?.requests.length === 0 && (
        <p class="empty">
          {status === undefined
            ? 'No requests yet. Upload a CSV above: it appears here at once.'
            : 'No request has this status.'}
        </p>
      )}
      <ul class="requests">
        {loaded?.requests.map((request) => (
          <Item key={request.request_id} request={request} />
        ))}
      </ul>
      {cursor !== null && (
        <button type="button" onClick={() => void loadOlder(cursor)}>
          Show older requests
        </button>
      )}
      {olderError !== null && <Failure error={olderError} />}
    </>
  );
}

function Item({ request }: { readonly request: RequestResource }) {
  const { request_id, file_name, status, counts, created_at } = request;
  return (
    <li>
      <div class="line">
        <Link href={`/requests/${request_id}`}>{file_name}</Link>
        <StatusLabel status={status} />
      </div>
      <CountsBar counts={counts} />
      <div class="line quiet">
        <span>
          {formatImages(counts.total)}, {formatNumber(counts.succeeded)} compressed,{' '}
          {formatNumber(counts.failed)} failed
        </span>
        <Ago time={created_at} />
      </div>
    </li>
  );
}
