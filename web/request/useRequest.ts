import { useEffect, useState } from 'preact/hooks';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { useApi, type Api } from '../api';
import { inTime } from '../inTime';
import { isGone } from '../logic/failure';
import { rest } from '../rest';
import { whileVisible } from '../whileVisible';

/** Pauses before a request is read again: after an error, while its webhook is delivered, and else. */
const PAUSES_MS = { failed: 2_000, delivering: 2_000, finished: 10_000 };

interface Followed {
  /** `null` until it is read. */
  readonly request: RequestResource | null;
  readonly error: unknown;
}

/**
 * Follows a request live for as long as the component is shown and the tab is visible: by events until it is finished,
 * then by reading it now and then, because it may be retried elsewhere.
 *
 * @param version another number reads it again at once
 */
export function useRequest(id: string, version: number): Followed {
  const api = useApi();
  const [followed, setFollowed] = useState<Followed>({ request: null, error: null });

  useEffect(() => {
    const closed = new AbortController();
    const { signal } = closed;
    const show = (request: RequestResource) => {
      setFollowed({ request, error: null });
    };
    const showError = (error: unknown) => {
      if (signal.aborted) return;
      setFollowed(({ request }) => ({ request: isGone(error) ? null : request, error }));
    };
    const showInterruption = (error: unknown) => {
      if (!signal.aborted) setFollowed(({ request }) => ({ request, error }));
    };

    async function run() {
      while (!signal.aborted) {
        let pause = PAUSES_MS.failed;
        try {
          pause = pauseAfter(await follow(api, id, signal, show, showInterruption));
        } catch (error) {
          showError(error);
          // Ids are never used again.
          if (isGone(error)) return;
        }
        await rest(pause, signal);
      }
    }

    void run();
    return () => {
      closed.abort();
    };
  }, [api, id, version]);

  return followed;
}

async function follow(
  api: Api,
  id: string,
  signal: AbortSignal,
  show: (request: RequestResource) => void,
  onInterrupted: (error: unknown) => void,
): Promise<RequestResource> {
  const request = await api.request(id, { signal: inTime(signal) });
  show(request);
  if (isFinished(request.status)) return request;
  const end = await whileVisible(signal, (visible) =>
    api.waitFor(id, { signal: visible, onChange: show, onInterrupted }),
  );
  return end ?? request;
}

function pauseAfter({ status, webhook }: RequestResource): number {
  const isDelivering = webhook?.state === 'waiting' || webhook?.state === 'pending';
  return isFinished(status) && !isDelivering ? PAUSES_MS.finished : PAUSES_MS.delivering;
}
