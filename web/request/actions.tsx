import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { useApi, type Api } from '../api';
import { formatImages } from '../logic/format';
import { ConfirmDialog } from '../parts/confirmDialog';

interface Action {
  /** The button that opens the dialog. */
  readonly label: string;
  readonly title: string;
  /** The button in the dialog. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly isPossible: (request: RequestResource) => boolean;
  /** What will happen. */
  readonly explain: (request: RequestResource) => ComponentChildren;
  readonly run: (api: Api, id: string) => Promise<unknown>;
}

const ACTIONS: readonly Action[] = [
  {
    label: 'Retry failed',
    title: 'Retry the failed images?',
    action: 'Retry',
    isPossible: ({ status, counts }) =>
      isFinished(status) && (counts.failed > 0 || (status === 'cancelled' && counts.pending > 0)),
    explain: ({ counts: { failed, pending }, webhook }) => (
      <p>
        {formatImages(failed + pending)} will be downloaded and compressed again; what succeeded
        stays as it is. {webhook !== null && 'The webhook is sent again at the end.'}
      </p>
    ),
    run: (api, id) => api.retry(id),
  },
  {
    label: 'Cancel',
    title: 'Cancel this request?',
    action: 'Cancel request',
    isDangerous: true,
    isPossible: ({ status }) => !isFinished(status),
    explain: ({ counts }) => (
      <p>
        {formatImages(counts.pending)} will not be processed. What is done stays. You can retry the
        others later.
      </p>
    ),
    run: (api, id) => api.cancel(id),
  },
  {
    label: 'Redeliver webhook',
    title: 'Send the webhook again?',
    action: 'Send again',
    isPossible: ({ status, webhook }) =>
      isFinished(status) && (webhook?.state === 'delivered' || webhook?.state === 'failed'),
    explain: ({ webhook }) => (
      <p>
        The outcome is sent to <code>{webhook?.url}</code> again, with the same{' '}
        <code>webhook-id</code>.
      </p>
    ),
    run: (api, id) => api.redeliver(id),
  },
  {
    label: 'Delete',
    title: 'Delete this request?',
    action: 'Delete request',
    isDangerous: true,
    isPossible: ({ status }) => isFinished(status),
    explain: ({ counts }) => (
      <p>
        The request, its result CSV and {formatImages(counts.succeeded)} compressed by it will be
        deleted. Links to them stop working. This cannot be undone.
      </p>
    ),
    run: (api, id) => api.remove(id),
  },
];

interface Props {
  readonly request: RequestResource;
  /** Called after something was done. */
  readonly onDone: () => void;
}

/** What can be done with the request in its present state. */
export function Actions({ request, onDone }: Props) {
  const api = useApi();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Action | null>(null);
  const { request_id } = request;

  function close(isDone: boolean) {
    setAsked(null);
    if (!isDone) return;
    if (asked?.label === 'Delete') navigate('/');
    else onDone();
  }

  return (
    <>
      <div class="buttons">
        {ACTIONS.filter(({ isPossible }) => isPossible(request)).map((action) => (
          <button
            key={action.label}
            type="button"
            onClick={() => {
              setAsked(action);
            }}
          >
            {action.label}
          </button>
        ))}
      </div>
      {asked !== null && (
        <ConfirmDialog
          title={asked.title}
          action={asked.action}
          isDangerous={asked.isDangerous ?? false}
          run={() => asked.run(api, request_id)}
          onClose={close}
        >
          {asked.explain(request)}
        </ConfirmDialog>
      )}
    </>
  );
}
