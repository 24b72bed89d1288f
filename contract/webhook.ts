import type { OutcomeStatus } from './statuses';

/** The body of a webhook, sent when a request is finished. It has exactly these fields. */
export interface WebhookPayload {
  readonly request_id: string;
  readonly status: OutcomeStatus;
  readonly details: string;
}
