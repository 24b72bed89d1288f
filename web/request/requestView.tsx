import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { Images } from '../images/images';
import { Ago } from '../parts/ago';
import { Failure } from '../parts/failure';
import { StatusLabel } from '../parts/statusLabel';
import { useTitle } from '../useTitle';
import { Actions } from './actions';
import { Downloads } from './downloads';
import { Progress } from './progress';
import { Facts } from './facts';
import { useRequest } from './useRequest';

/** One request: what happens, what happened, and what can be done about it. */
export function RequestView({ id }: { readonly id: string }) {
  const [version, setVersion] = useState(0);
  const { request, error } = useRequest(id, version);
  useTitle(request?.file_name ?? 'Request');
  const again = () => {
    setVersion((known) => known + 1);
  };

  return (
    <>
      <p>
        <Link href="/">All requests</Link>
      </p>
      {error !== null && <Failure error={error} isRetried />}
      {request === null && error === null && <p role="status">Loading the request…</p>}
      {request !== null && (
        <>
          <section class="card" aria-labelledby="request">
            <div class="heading">
              <h1 id="request">{request.file_name}</h1>
              <StatusLabel status={request.status} />
            </div>
            <p class="quiet">
              Uploaded <Ago time={request.created_at} />
            </p>
            <Progress request={request} />
            <Downloads request={request} />
            <Actions request={request} onDone={again} />
          </section>
          <Images request={request} />
          <Facts request={request} />
        </>
      )}
    </>
  );
}
