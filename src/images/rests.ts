import { HostAtRest, type RetryableImageCode } from '../errors';

/** Hosts that asked to be left alone for a while. */
export interface Rests {
  /** @param status the answer in which the host asked for it */
  begin(host: string, status: 429 | 503, ms: number): void;
  /** @throws HostAtRest while the host is to be left alone */
  check(host: string): void;
}

interface Rest {
  readonly until: number;
  readonly status: 429 | 503;
  readonly timer: NodeJS.Timeout;
}

/** One per worker process: each worker finds out for itself, by one answer of the host. */
export function createRests(): Rests {
  const rests = new Map<string, Rest>();

  return {
    begin(host, status, ms) {
      const until = Date.now() + ms;
      const running = rests.get(host);
      if (ms === 0) return;
      // Downloads that were under way together are refused together; the longest rest counts.
      if (running !== undefined && running.until >= until) return;
      clearTimeout(running?.timer);
      const timer = setTimeout(() => rests.delete(host), ms).unref();
      rests.set(host, { until, status, timer });
    },

    check(host) {
      const rest = rests.get(host);
      // A timer may be late, and an image that is due would be put off to a time that has passed.
      if (rest === undefined || rest.until <= Date.now()) return;
      const until = new Date(rest.until);
      const code: RetryableImageCode = rest.status === 429 ? 'http_429' : 'http_5xx';
      throw new HostAtRest(
        `Expected ${host} to take requests, received HTTP ${rest.status} with Retry-After ` +
          `from it before; it is left alone until ${until.toISOString()}`,
        code,
        until,
      );
    },
  };
}
