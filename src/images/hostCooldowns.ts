import type { RetryableImageCode } from '../../contract/errorCodes';
import { HostCoolingDown, ImageError } from '../errors';

/** Hosts that asked for a pause (`Retry-After`). */
export interface HostCooldowns {
  /** @param status of the answer in which the host asked for it */
  begin(host: string, status: 429 | 503, ms: number): void;
  /** The host answered with what it was asked for. */
  end(host: string): void;
  /**
   * @throws HostCoolingDown while the host must not be asked; ImageError, which costs an attempt, when it has asked
   * for a pause too often in a row, so that waiting for it ends
   */
  check(host: string): void;
}

interface Cooldown {
  readonly until: number;
  readonly status: 429 | 503;
  /** Cooldowns one after the other without an image in between. */
  readonly consecutive: number;
  readonly timer: NodeJS.Timeout;
}

/** Longer than images wait for their next attempt: a host is remembered until it was asked again. */
const REMEMBERED_MS = 15 * 60_000;

/**
 * One per worker process: each worker finds out for itself, by one answer of the host.
 *
 * @param maxConsecutive cooldowns in a row that cost no image an attempt; each further one does
 */
export function createHostCooldowns(maxConsecutive = Infinity): HostCooldowns {
  const cooldowns = new Map<string, Cooldown>();

  function end(host: string): void {
    clearTimeout(cooldowns.get(host)?.timer);
    cooldowns.delete(host);
  }

  return {
    begin(host, status, ms) {
      if (ms === 0) return;
      const now = Date.now();
      const until = now + ms;
      const before = cooldowns.get(host);
      // Downloads that were under way together are refused together; the longest cooldown counts.
      const isSame = before !== undefined && before.until > now;
      if (isSame && before.until >= until) return;
      const consecutive = (before?.consecutive ?? 0) + (isSame ? 0 : 1);
      end(host);
      const timer = setTimeout(() => cooldowns.delete(host), ms + REMEMBERED_MS).unref();
      cooldowns.set(host, { until, status, consecutive, timer });
    },

    end,

    check(host) {
      const cooldown = cooldowns.get(host);
      const now = Date.now();
      if (cooldown === undefined || cooldown.until <= now) return;
      const until = new Date(cooldown.until);
      const code: RetryableImageCode = cooldown.status === 429 ? 'http_429' : 'http_5xx';
      const message =
        `Expected ${host} to take requests, received HTTP ${cooldown.status} with Retry-After ` +
        `from it before; it is asked again after ${until.toISOString()}`;
      if (cooldown.consecutive <= maxConsecutive) throw new HostCoolingDown(message, code, until);
      throw ImageError.retryable(code, message, { retryAfterMs: cooldown.until - now });
    },
  };
}
