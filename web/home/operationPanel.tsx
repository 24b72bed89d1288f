import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Operation } from '../../contract/http/operations';
import { useApi } from '../api';
import { describeOperation } from '../logic/bulk';
import { isGone } from '../logic/failure';
import { Failure } from '../parts/failure';
import { usePolling } from '../usePolling';

const PAUSE_MS = 1_000;

interface Props {
  readonly id: string;
  /** It was started just now: it gets the focus. */
  readonly isNew: boolean;
  readonly onDismiss: () => void;
}

/** A bulk operation: how far it is, and at the end what it did. */
export function OperationPanel({ id, isNew, onDismiss }: Props) {
  const api = useApi();
  const [operation, setOperation] = useState<Operation | null>(null);
  const [stopError, setStopError] = useState<unknown>(null);
  const isOver = useRef(false);
  const panel = useRef<HTMLElement>(null);
  const dismiss = useRef(onDismiss);
  dismiss.current = onDismiss;

  const load = useCallback(
    async (signal: AbortSignal) => {
      if (isOver.current) return;
      try {
        const next = await api.operation(id, { signal });
        isOver.current = next.status !== 'running';
        setOperation(next);
      } catch (error) {
        // Temporal keeps it no longer.
        if (isGone(error)) dismiss.current();
        else throw error;
      }
    },
    [api, id],
  );
  const error = usePolling(load, PAUSE_MS);

  useEffect(() => {
    if (isNew) panel.current?.focus();
  }, [isNew]);

  async function stop() {
    try {
      await api.stopOperation(id);
      setStopError(null);
    } catch (failure) {
      setStopError(failure);
    }
  }

  const isRunning = operation === null || operation.status === 'running';
  return (
    <section
      ref={panel}
      class="card operation"
      aria-label="Operation on many requests"
      tabIndex={-1}
    >
      {error !== null && <Failure error={error} isRetried />}
      {operation === null && error === null && <p role="status">Loading the operation…</p>}
      {operation !== null && (
        <>
          <p role="status">{describeOperation(operation)}</p>
          {isRunning && (
            <progress
              aria-label="Requests examined"
              max={Math.max(operation.matched, 1)}
              value={operation.done + operation.skipped + operation.failed}
            />
          )}
        </>
      )}
      {stopError !== null && <Failure error={stopError} />}
      {isRunning && <p class="quiet">It goes on when you close this page.</p>}
      <div class="buttons">
        {operation?.status === 'running' && (
          <button type="button" onClick={() => void stop()}>
            Stop
          </button>
        )}
        <button type="button" onClick={onDismiss}>
          {isRunning ? 'Hide' : 'Dismiss'}
        </button>
      </div>
    </section>
  );
}
