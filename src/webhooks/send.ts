import { Webhook } from 'standardwebhooks';
import { request, type Dispatcher } from 'undici';
import type { Config } from '../config';
import { blockedBy, DeliveryError } from '../errors';
import { startDeadline } from '../network/deadline';
import { reasonOf } from '../network/reason';
import { retryAfterMs } from '../network/retryAfter';
import { parseWebUrl, withoutCredentials } from '../../contract/webUrl';
import { credentialsOf } from '../network/credentials';
import { webhookHeaders } from './sign';

type Settings = Pick<Config, 'WEBHOOK_SECRET' | 'WEBHOOK_TIMEOUT_MS'>;

export interface WebhookMessage {
  /** Sent as `webhook-id`. */
  readonly id: string;
  readonly url: string;
  /** JSON; sent and signed unchanged. */
  readonly body: string;
}

export interface WebhookSender {
  /**
   * Makes one attempt: a POST that follows no redirects and succeeds with 2xx only.
   *
   * @throws DeliveryError; or the signal's reason when aborted before the response
   */
  send(message: WebhookMessage, signal: AbortSignal): Promise<{ readonly statusCode: number }>;
}

/** The response body is not used. Reading it up to this limit lets the connection be reused. */
const MAX_RESPONSE_BYTES = 64 * 1024;

const GONE = 410;

/** Statuses of a receiver that is up but busy. `Retry-After` is not meaningful with any other. */
const THROTTLING = [429, 502, 503, 504];

export function createWebhookSender(
  { WEBHOOK_SECRET, WEBHOOK_TIMEOUT_MS }: Settings,
  dispatcher: Dispatcher,
): WebhookSender {
  const signers = WEBHOOK_SECRET.map((secret) => new Webhook(secret));

  return {
    async send(message, signal) {
      const url = parseUrl(message.url);
      const deadline = startDeadline(WEBHOOK_TIMEOUT_MS, signal);
      try {
        const { statusCode, headers, body } = await request(url, {
          dispatcher,
          signal: deadline.signal,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'user-agent': 'image-processor',
            ...credentialsOf(url),
            ...webhookHeaders(message, new Date(), signers),
          },
          body: message.body,
        });
        // Also resolves when the deadline aborts the body: only the status matters.
        await body.dump({ limit: MAX_RESPONSE_BYTES });
        if (statusCode < 200 || statusCode > 299) {
          throw statusError(statusCode, headers['retry-after']);
        }
        return { statusCode };
      } catch (error) {
        if (error instanceof DeliveryError) throw error;
        signal.throwIfAborted();
        throw deadline.hasPassed() ? tooSlow(WEBHOOK_TIMEOUT_MS, error) : unreachable(error);
      } finally {
        deadline.end();
      }
    },
  };
}

function parseUrl(text: string): URL {
  const url = parseWebUrl(text);
  if (url !== null) return url;
  const received = JSON.stringify(withoutCredentials(text).slice(0, 200));
  const message = `Expected an http or https URL, received ${received}`;
  throw new DeliveryError(message, null, false, undefined);
}

function statusError(statusCode: number, retryAfter: string | string[] | undefined): DeliveryError {
  const advice =
    statusCode >= 300 && statusCode <= 399 ? '; redirects are not followed, use the final URL' : '';
  const pause = THROTTLING.includes(statusCode) ? retryAfterMs(retryAfter, Date.now()) : undefined;
  return new DeliveryError(
    `Expected HTTP 2xx, received ${statusCode}${advice}`,
    statusCode,
    statusCode !== GONE,
    pause,
  );
}

function tooSlow(limitMs: number, cause: unknown): DeliveryError {
  const message = `Expected a response within ${limitMs} ms, received none; respond before processing the webhook`;
  return new DeliveryError(message, null, true, undefined, { cause });
}

/** The error when no response arrived. It is permanent only for a blocked address. */
function unreachable(error: unknown): DeliveryError {
  const blocked = blockedBy(error);
  if (blocked !== null) {
    return new DeliveryError(blocked.message, null, false, undefined, { cause: error });
  }
  return new DeliveryError(
    `Expected a response over http or https, received: ${reasonOf(error)}`,
    null,
    true,
    undefined,
    { cause: error },
  );
}
