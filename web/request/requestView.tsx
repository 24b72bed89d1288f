import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { RequestResource } from '../../contract/http/requests';
import { isFinished } from '../../contract/statuses';
import { countWithoutLink } from '../logic/failureGroups';
import { formatNumber } from '../logic/format';
import { Images } from '../images/images';
import { Ago } from '../parts/ago';
import { Failure } from '../parts/failure';
import { StatusLabel } from '../parts/statusLabel';
import { useTitle } from '../useTitle';
import { Actions, REQUEST_ACTIONS } from './actions';
import { Downloads } from './downloads';
import { Failures } from './failures';
import { Operator } from './operator';
import { Progress } from './progress';
import { Upload } from './upload';
import { useFailures } from './useFailures';
import { useRequest } from './useRequest';
import { Webhook } from './webhook';
import '../styles/request.css';

/** One request: what happens, what happened, and what can be done about it. */
export function RequestView({ id }: { readonly id: string }) {
  const [version, setVersion] = useState(0);
  const { request, error } = useRequest(id, version);
  useTitle(request?.file_name ?? 'Request');
  return (
    <>
      <p>
        <Link href="/">All requests</Link>
      </p>
      {request === null && <h1>Request</h1>}
      {error !== null && <Failure error={error} isRetried />}
      {request === null && error === null && <p role="status">Loading the request…</p>}
      {request !== null && (
        <Request
          request={request}
          onDone={() => {
            setVersion((known) => known + 1);
          }}
        />
      )}
    </>
  );
}

interface Props {
  readonly request: RequestResource;
  /** Called after something was done with it. */
  readonly onDone: () => void;
}

function Request({ request, onDone }: Props) {
  const { counts, status, sheet } = request;
  const failures = useFailures(request);
  return (
    <>
      <section class="card" aria-labelledby="request">
        <div class="heading">
          <h1 id="request">{request.file_name}</h1>
          <StatusLabel status={status} />
        </div>
        <p class="quiet">
          {formatNumber(sheet.rows)} {sheet.rows === 1 ? 'row' : 'rows'}, uploaded{' '}
          <Ago time={request.created_at} />
          {request.finished_at !== null && (
            <>
              , finished <Ago time={request.finished_at} />
            </>
          )}
        </p>
        <Progress request={request} />
        <Actions
          request={request}
          actions={REQUEST_ACTIONS}
          withoutLink={countWithoutLink(failures.groups ?? [])}
          onDone={onDone}
        >
          <Downloads request={request} />
        </Actions>
        {!isFinished(status) && (
          <p class="quiet">
            The result can be downloaded at the end. You can close this page: the work goes on.
          </p>
        )}
      </section>
      {counts.failed > 0 && <Failures request={request} failures={failures} />}
      <Images request={request} groups={failures.groups ?? []} />
      <div class="columns">
        <Webhook request={request} onDone={onDone} />
        <Operator request={request} />
      </div>
      <Upload request={request} />
    </>
  );
}
