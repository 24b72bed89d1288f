import { useCallback, useState } from 'preact/hooks';
import { useApi } from '../api';
import { Failure } from '../parts/failure';
import { usePolling } from '../usePolling';
import { useTitle } from '../useTitle';

const PAUSE_MS = 5_000;

/** Whether the service can accept uploads. */
export function SystemView() {
  const api = useApi();
  useTitle('System');
  /** `undefined` until the first answer; `null`: nothing is down. */
  const [down, setDown] = useState<string | null | undefined>(undefined);
  const load = useCallback(
    async (signal: AbortSignal) => {
      setDown((await api.health({ signal })).detail);
    },
    [api],
  );
  const error = usePolling(load, PAUSE_MS);

  return (
    <section class="card" aria-labelledby="system">
      <h1 id="system">System</h1>
      {error !== null ? (
        <Failure error={error} isRetried />
      ) : (
        <p role="status">
          {down === undefined && 'Checking…'}
          {down === null && 'Ready: MongoDB, Temporal and the storage answer.'}
          {typeof down === 'string' &&
            `${down}. Uploads are refused until it is back; requests in progress continue then.`}
        </p>
      )}
    </section>
  );
}
