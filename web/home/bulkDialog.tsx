import { useEffect, useRef, useState } from 'preact/hooks';
import type { BulkAction } from '../../contract/actions';
import type { RequestResource } from '../../contract/http/requests';
import { useApi, type Api } from '../api';
import { inTime } from '../inTime';
import { BULK, describePlan, formatRequests, planOf } from '../logic/bulk';
import { formatDay } from '../logic/format';
import { isFiltered, toQuery, type RequestFilter } from '../logic/requestFilter';
import { REQUEST_LABELS } from '../logic/statuses';
import { ConfirmDialog } from '../parts/confirmDialog';
import { Failure } from '../parts/failure';

export type Selection =
  | { readonly kind: 'listed'; readonly requests: readonly RequestResource[] }
  | { readonly kind: 'matching'; readonly filter: RequestFilter };

/** An action and the requests that were selected when its dialog was opened: the list goes on changing. */
export interface AskedBulk {
  readonly action: BulkAction;
  readonly selection: Selection;
}

interface Props extends AskedBulk {
  readonly onStarted: (operationId: string) => void;
  readonly onClose: () => void;
}

/** Says what a bulk operation will do before it is started. */
export function BulkDialog({ action, selection, onStarted, onClose }: Props) {
  const api = useApi();
  const { requests, isMore, error } = useTargets(selection);
  const started = useRef<string | null>(null);
  const [isSure, setSure] = useState(false);
  const words = BULK[action];
  const isEverything = selection.kind === 'matching' && !isFiltered(selection.filter);
  const count = requests === null ? 'requests' : formatRequests(requests.length);

  return (
    <ConfirmDialog
      title={`${words.title} ${isMore ? `more than ${count}` : count}?`}
      action={words.confirm}
      isDangerous={words.isDangerous}
      isBlocked={requests === null || (isEverything && !isSure)}
      run={async () => {
        const { operation_id } = await api.startOperation(askedOf(action, selection));
        started.current = operation_id;
      }}
      onClose={() => {
        onClose();
        if (started.current !== null) onStarted(started.current);
      }}
    >
      {selection.kind === 'matching' && <p>{describeFilter(selection.filter)}</p>}
      {requests === null && error === null && <p role="status">Counting the requests…</p>}
      {error !== null && <Failure error={error} />}
      {requests !== null && (
        <p role="status">
          {isMore && `Of the newest ${formatRequests(requests.length)}: `}
          {describePlan(action, planOf(action, requests))}
          {isMore && ' The older ones that match are treated alike.'}
        </p>
      )}
      {isEverything && (
        <label>
          <input
            type="checkbox"
            checked={isSure}
            onChange={() => {
              setSure(!isSure);
            }}
          />{' '}
          Yes, I mean every request of this service
        </label>
      )}
    </ConfirmDialog>
  );
}

interface Targets {
  /** `null`: they are being counted. */
  readonly requests: readonly RequestResource[] | null;
  /** There are more than were counted. */
  readonly isMore: boolean;
  readonly error: unknown;
}

/** Counting stops here: the dialog should not read a list of any length. */
const MOST = 1_000;

/** Reads the requests that match, which are more than the list shows. */
function useTargets(selection: Selection): Targets {
  const api = useApi();
  const [targets, setTargets] = useState<Targets>({
    requests: selection.kind === 'listed' ? selection.requests : null,
    isMore: false,
    error: null,
  });

  useEffect(() => {
    if (selection.kind === 'listed') return;
    const closed = new AbortController();
    readMatching(api, selection.filter, inTime(closed.signal)).then(
      setTargets,
      (error: unknown) => {
        if (!closed.signal.aborted) setTargets((known) => ({ ...known, error }));
      },
    );
    return () => {
      closed.abort();
    };
    // What is selected does not change while the dialog is open.
  }, []);
  return targets;
}

async function readMatching(
  api: Api,
  filter: RequestFilter,
  signal: AbortSignal,
): Promise<Targets> {
  const requests: RequestResource[] = [];
  for await (const request of api.requests({ ...toQuery(filter), signal })) {
    if (requests.length === MOST) return { requests, isMore: true, error: null };
    requests.push(request);
  }
  return { requests, isMore: false, error: null };
}

function askedOf(action: BulkAction, selection: Selection) {
  if (selection.kind === 'listed') {
    return { action, request_ids: selection.requests.map(({ request_id }) => request_id) };
  }
  const { since, until, ...query } = toQuery(selection.filter);
  const filter = { ...query, since: since?.toISOString(), until: until?.toISOString() };
  return { action, filter };
}

function describeFilter(filter: RequestFilter): string {
  const { status, q, since, until } = filter;
  const parts = [
    ...(status === null ? [] : [`status ${REQUEST_LABELS[status]}`]),
    ...(q.trim() === '' ? [] : [`“${q.trim()}” in the file name, or at the beginning of the id`]),
    ...(since === '' ? [] : [`uploaded from ${formatDay(since)}`]),
    ...(until === '' ? [] : [`uploaded until ${formatDay(until)}`]),
  ];
  return parts.length === 0
    ? 'No filter is set: this is about every request of this service.'
    : `All requests that match, also those that are not shown: ${parts.join(', ')}.`;
}
