import type { RetryableImageCode } from '../../contract/errorCodes';
import { HostAtRest, ImageError } from '../errors';

/** Hosts that asked to be left alone for a while. */
export interface Rests {
  /** @param status the answer in which the host asked for it */
  begin(host: string, status: 429 | 503, ms: number): void;
  /** The host gave what it was asked for. */
  end(host: string): void;
  /**
   * @throws HostAtRest while the host is to be left alone; ImageError, which costs an attempt, when it has
   * asked so often without ever giving anything that waiting for it must come to an end
   */
  check(host: string): void;
}

interface Rest {
  readonly until: number;
  readonly status: 429 | 503;
  /** Rests one after the other in which nothing came from the host. */
  readonly inRow: number;
  readonly timer: NodeJS.Timeout;
}

/** Longer than images wait for their next attempt: a host is remembered until it was asked again. */
const REMEMBERED_MS = 15 * 60_000;

/**
 * One per worker process: each worker finds out for itself, by one answer of the host.
 *
 * @param patience rests in a row that cost no image an attempt; from then on finding the host at rest does
 */
export function createRests(patience = Infinity): Rests {
  const rests = new Map<string, Rest>();

  function end(host: string): void {
    clearTimeout(rests.get(host)?.timer);
    rests.delete(host);
  }

  return {
    begin(host, status, ms) {
      if (ms === 0) return;
      const now = Date.now();
      const until = now + ms;
      const before = rests.get(host);
      // Downloads that were under way together are refused together; the longest rest counts.
      const isSame = before !== undefined && before.until > now;
      if (isSame && before.until >= until) return;
      const inRow = (before?.inRow ?? 0) + (isSame ? 0 : 1);
      end(host);
      const timer = setTimeout(() => rests.delete(host), ms + REMEMBERED_MS).unref();
      rests.set(host, { until, status, inRow, timer });
    },

    end,

    check(host) {
      const rest = rests.get(host);
      const now = Date.now();
      if (rest === undefined || rest.until <= now) return;
      const until = new Date(rest.until);
      const code: RetryableImageCode = rest.status === 429 ? 'http_429' : 'http_5xx';
      const message =
        `Expected ${host} to take requests, received HTTP ${rest.status} with Retry-After ` +
        `from it before; it is left alone until ${until.toISOString()}`;
      if (rest.inRow <= patience) throw new HostAtRest(message, code, until);
      throw ImageError.retryable(code, message, { retryAfterMs: rest.until - now });
    },
  };
}
