import type { ComponentChildren } from 'preact';
import type { RequestResource } from '../../contract/http/requests';
import { formatNumber } from '../logic/format';
import { Ago } from '../parts/ago';

/** How the request was uploaded, and its webhook. */
export function Facts({ request }: { readonly request: RequestResource }) {
  const { request_id, options, sheet, round, webhook } = request;
  return (
    <div class="columns">
      <section class="card" aria-labelledby="options">
        <h2 id="options">Options and file</h2>
        <dl class="facts">
          <Fact name="Request id">
            <code>{request_id}</code>
          </Fact>
          <Fact name="Round">{round}</Fact>
          <Fact name="Quality">{options.quality}</Fact>
          <Fact name="Format">{options.format}</Fact>
          <Fact name="Effort">{options.effort}</Fact>
          <Fact name="Maximum size">
            {options.max_width ?? 'any'} × {options.max_height ?? 'any'} pixels
          </Fact>
          <Fact name="Output">{options.output}</Fact>
          {options.base_url !== null && <Fact name="Base URL">{options.base_url}</Fact>}
          <Fact name="Rows">{formatNumber(sheet.rows)}</Fact>
          <Fact name="Link columns">{sheet.link_columns.join(', ')}</Fact>
          <Fact name="Encoding">{sheet.encoding}</Fact>
        </dl>
        {sheet.warnings.length > 0 && (
          <>
            <h3>Warnings about the file</h3>
            <ul>
              {sheet.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section class="card" aria-labelledby="webhook">
        <h2 id="webhook">Webhook</h2>
        {webhook === null ? (
          <p class="empty">None was asked for. Name one under Options when you upload.</p>
        ) : (
          <dl class="facts">
            <Fact name="State">{WEBHOOK_STATES[webhook.state]}</Fact>
            <Fact name="Address">{webhook.url}</Fact>
            <Fact name="Attempts">{formatNumber(webhook.attempts)}</Fact>
            {webhook.status_code !== null && (
              <Fact name="Last answer">HTTP {webhook.status_code}</Fact>
            )}
            {webhook.error !== null && <Fact name="Last error">{webhook.error}</Fact>}
            {webhook.delivered_at !== null && (
              <Fact name="Delivered">
                <Ago time={webhook.delivered_at} />
              </Fact>
            )}
          </dl>
        )}
      </section>
    </div>
  );
}

const WEBHOOK_STATES: Readonly<Record<NonNullable<RequestResource['webhook']>['state'], string>> = {
  waiting: 'Waits for the request to finish',
  pending: 'Being delivered',
  delivered: 'Delivered',
  failed: 'Failed',
  superseded: 'Replaced by the outcome of a retry',
};

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
