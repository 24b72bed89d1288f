import { Webhook } from 'standardwebhooks';
import { request, type Dispatcher } from 'undici';
import type { Config } from '../config';
import { blockedBy, DeliveryError } from '../errors';
import { startDeadline } from '../network/deadline';
import { reasonOf } from '../network/reason';
import { retryAfterMs } from '../network/retryAfter';
import { credentialsOf, parseWebUrl, withoutCredentials } from '../network/webUrl';
import { webhookHeaders } from './sign';

type Settings = Pick<Config, 'WEBHOOK_SECRET' | 'WEBHOOK_TIMEOUT_MS'>;

export interface WebhookMessage {
  /** Sent as `webhook-id`. */
  readonly id: string;
  readonly url: string;
  /** JSON, sent and signed byte for byte as it is. */
  readonly body: string;
}

export interface WebhookSender {
  /**
   * One attempt: a POST that follows no redirect and succeeds with 2xx only.
   *
   * @throws DeliveryError; or the signal's reason when aborted before an answer came
   */
  send(message: WebhookMessage, signal: AbortSignal): Promise<{ readonly statusCode: number }>;
}

/** An answer's body says nothing we need; read this far, its connection can be used again. */
const MAX_ANSWER_BYTES = 64 * 1024;

const GONE = 410;

/** Answers of a receiver that is there but busy; the others carry no meaningful `Retry-After`. */
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
        // Resolves when the deadline cuts the body off as well: the status alone decides.
        await body.dump({ limit: MAX_ANSWER_BYTES });
        if (statusCode < 200 || statusCode > 299) throw refusal(statusCode, headers['retry-after']);
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

function refusal(statusCode: number, retryAfter: string | string[] | undefined): DeliveryError {
  const advice =
    statusCode >= 300 && statusCode <= 399
      ? '; redirects are not followed, give the address that answers itself'
      : '';
  const pause = THROTTLING.includes(statusCode) ? retryAfterMs(retryAfter, Date.now()) : undefined;
  return new DeliveryError(
    `Expected HTTP 2xx, received ${statusCode}${advice}`,
    statusCode,
    statusCode !== GONE,
    pause,
  );
}

function tooSlow(limitMs: number, cause: unknown): DeliveryError {
  const message = `Expected an answer within ${limitMs} ms, received none; answer first and work later`;
  return new DeliveryError(message, null, true, undefined, { cause });
}

/** No answer came; only an address that we refuse ourselves will never give one. */
function unreachable(error: unknown): DeliveryError {
  const blocked = blockedBy(error);
  if (blocked !== null) {
    return new DeliveryError(blocked.message, null, false, undefined, { cause: error });
  }
  return new DeliveryError(
    `Expected an answer over http or https, received: ${reasonOf(error)}`,
    null,
    true,
    undefined,
    { cause: error },
  );
}
