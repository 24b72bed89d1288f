import type { OutcomeStatus } from './statuses';

/** The body of a webhook: exactly these, when a request has ended. */
export interface WebhookPayload {
  readonly request_id: string;
  readonly status: OutcomeStatus;
  readonly details: string;
}
