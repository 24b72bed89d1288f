import type { RequestResource } from '../../contract/http/requests';
import { formatNumber } from '../logic/format';
import { Ago } from '../parts/ago';
import { Fact } from '../parts/fact';
import { Actions, WEBHOOK_ACTIONS } from './actions';

interface Props {
  readonly request: RequestResource;
  readonly onDone: () => void;
}

/** How the delivery of the webhook stands. */
export function Webhook({ request, onDone }: Props) {
  const { webhook } = request;
  return (
    <section class="card" aria-labelledby="webhook">
      <h2 id="webhook">Webhook</h2>
      {webhook === null ? (
        <p class="empty">None is set. You can enter one under Options when you upload.</p>
      ) : (
        <>
          <Delivery webhook={webhook} />
          <Actions request={request} actions={WEBHOOK_ACTIONS} onDone={onDone} />
        </>
      )}
    </section>
  );
}

type Delivered = NonNullable<RequestResource['webhook']>;

function Delivery({ webhook }: { readonly webhook: Delivered }) {
  const { state, url, attempts, status_code, error, delivered_at } = webhook;
  return (
    <dl class="facts">
      <Fact name="State">
        <span class={`status ${state}`}>{STATES[state]}</span>{' '}
        {delivered_at !== null && <Ago time={delivered_at} />}
      </Fact>
      <Fact name="Address">{url}</Fact>
      <Fact name="Attempts">{formatNumber(attempts)}</Fact>
      {status_code !== null && <Fact name="Last answer">HTTP {status_code}</Fact>}
      {error !== null && <Fact name="Last error">{error}</Fact>}
    </dl>
  );
}

const STATES: Readonly<Record<Delivered['state'], string>> = {
  waiting: 'Waits for the request to finish',
  pending: 'Being delivered',
  delivered: 'Delivered',
  failed: 'Not delivered',
  superseded: 'Replaced by the outcome of a retry',
};
