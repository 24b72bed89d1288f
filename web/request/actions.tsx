import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { RequestResource } from '../../contract/http/requests';
import { useApi, type Api } from '../api';
import { formatImages, formatNumber } from '../logic/format';
import {
  canCancel,
  canDelete,
  canRedeliver,
  canRetry,
  imagesToRetry,
} from '../logic/requestActions';
import { ConfirmDialog } from '../parts/confirmDialog';
import type { NoticeState } from '../parts/notice';

export interface Action {
  /** The button that opens the dialog. */
  readonly label: string;
  readonly title: string;
  /** The button in the dialog. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly isPossible: (request: RequestResource, withoutLink: number) => boolean;
  /** What will happen. */
  readonly explain: (request: RequestResource, withoutLink: number) => ComponentChildren;
  /** What has happened. */
  readonly report: (request: RequestResource, withoutLink: number) => string;
  /** Afterwards there is no request any more. */
  readonly isEnd?: boolean;
  readonly run: (api: Api, id: string) => Promise<unknown>;
}

export const REQUEST_ACTIONS: readonly Action[] = [
  {
    label: 'Retry failed',
    title: 'Retry the failed images?',
    action: 'Retry',
    isPossible: canRetry,
    explain: (request, withoutLink) => (
      <>
        <p>
          {formatImages(imagesToRetry(request, withoutLink))} will be downloaded and compressed
          again; what succeeded stays as it is.{' '}
          {request.webhook !== null && 'The webhook is sent again at the end.'}
        </p>
        {withoutLink > 0 && (
          <p>
            {formatNumber(withoutLink)} {withoutLink === 1 ? 'other has' : 'others have'} no link
            that could be downloaded. Download the failed rows, correct them, and upload that file.
          </p>
        )}
      </>
    ),
    report: (request, withoutLink) =>
      `Started a retry of ${formatImages(imagesToRetry(request, withoutLink))}.`,
    run: (api, id) => api.retry(id),
  },
  {
    label: 'Cancel request',
    title: 'Cancel this request?',
    action: 'Cancel request',
    isDangerous: true,
    isPossible: canCancel,
    explain: ({ counts }) => (
      <p>
        {formatImages(counts.pending)} will not be processed. What is done stays. You can retry the
        others later.
      </p>
    ),
    report: () => 'Cancelled the request. What was done is kept; you can retry the others.',
    run: (api, id) => api.cancel(id),
  },
  {
    label: 'Delete',
    title: 'Delete this request?',
    action: 'Delete request',
    isDangerous: true,
    isEnd: true,
    isPossible: canDelete,
    explain: ({ counts }) => (
      <p>
        The request, its result CSV and {formatImages(counts.succeeded)} compressed by it will be
        deleted. Links to them stop working. This cannot be undone.
      </p>
    ),
    report: ({ file_name, counts }) =>
      `Deleted ${file_name}, its result CSV and ${formatImages(counts.succeeded)}.`,
    run: (api, id) => api.remove(id),
  },
];

export const WEBHOOK_ACTIONS: readonly Action[] = [
  {
    label: 'Send webhook again',
    title: 'Send the webhook again?',
    action: 'Send again',
    isPossible: canRedeliver,
    explain: ({ webhook }) => (
      <p>
        The outcome is sent to <code>{webhook?.url}</code> again, with the same{' '}
        <code>webhook-id</code>.
      </p>
    ),
    report: () => 'The webhook was queued to be sent again.',
    run: (api, id) => api.redeliver(id),
  },
];

interface Props {
  readonly request: RequestResource;
  readonly actions: readonly Action[];
  /** Failures without a link that could be downloaded, as far as they are known. */
  readonly withoutLink?: number;
  /** Called after something was done. */
  readonly onDone: () => void;
  /** Further buttons, before those of the actions. */
  readonly children?: ComponentChildren;
}

/** What can be done with the request in its present state, and what was done. */
export function Actions({ request, actions, withoutLink = 0, onDone, children }: Props) {
  const api = useApi();
  const [, navigate] = useLocation();
  const [asked, setAsked] = useState<Action | null>(null);
  const [done, setDone] = useState('');
  const report = useRef<HTMLParagraphElement>(null);
  const before = useRef({ request, withoutLink });

  // The button that had the focus goes away, because its action is not possible a second time.
  useEffect(() => {
    if (done !== '') report.current?.focus();
  }, [done]);

  function close(isDone: boolean) {
    setAsked(null);
    if (!isDone || asked === null) return;
    const notice = asked.report(before.current.request, before.current.withoutLink);
    if (asked.isEnd === true) {
      const state: NoticeState = { notice };
      navigate('/', { state });
    } else {
      setDone(notice);
      onDone();
    }
  }

  return (
    <>
      <div class="buttons">
        {children}
        {actions
          .filter(({ isPossible }) => isPossible(request, withoutLink))
          .map((action) => (
            <button
              key={action.label}
              type="button"
              class={action.isDangerous === true ? 'danger' : ''}
              onClick={() => {
                setDone('');
                before.current = { request, withoutLink };
                setAsked(action);
              }}
            >
              {action.label}
            </button>
          ))}
      </div>
      <p ref={report} class={done === '' ? '' : 'notice'} role="status" tabIndex={-1}>
        {done}
      </p>
      {asked !== null && (
        <ConfirmDialog
          title={asked.title}
          action={asked.action}
          isDangerous={asked.isDangerous ?? false}
          run={() => asked.run(api, request.request_id)}
          onClose={close}
        >
          {asked.explain(request, withoutLink)}
        </ConfirmDialog>
      )}
    </>
  );
}
