import type { RetryableImageCode } from '../../contract/errorCodes';
import { HostCoolingDown, ImageError } from '../errors';

/** Hosts that asked for a pause (`Retry-After`). */
export interface HostCooldowns {
  /** @param status of the response in which the host asked for the pause */
  begin(host: string, status: 429 | 503, ms: number): void;
  /** Called when the host has sent an image. */
  end(host: string): void;
  /**
   * @throws HostCoolingDown while the host is cooling down; ImageError, which counts as an attempt, after too many
   * consecutive cooldowns, so that images do not wait indefinitely
   */
  check(host: string): void;
  /** Returns hosts that are cooling down, at most 100. */
  list(): CoolingHost[];
}

export interface CoolingHost {
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** The error code of the answer in which the host asked for the pause. */
  readonly reason: string;
}

interface Cooldown {
  readonly until: number;
  readonly status: 429 | 503;
  /** Consecutive cooldowns without an image in between. */
  readonly consecutive: number;
  readonly timer: NodeJS.Timeout;
}

const MAX_LISTED = 100;

/** How long a host is remembered after its cooldown: longer than images wait for their next attempt. */
const REMEMBERED_MS = 15 * 60_000;

/**
 * Creates the cooldowns of one worker process. Each worker learns of a cooldown by itself, from one response of
 * the host.
 *
 * @param maxConsecutive consecutive cooldowns that do not count as attempts; further ones do
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
      // Concurrent downloads are refused together; the longest of their cooldowns applies.
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
      const code = codeOf(cooldown);
      const message =
        `${host} is cooling down after HTTP ${cooldown.status} with Retry-After; ` +
        `next request after ${until.toISOString()}`;
      if (cooldown.consecutive <= maxConsecutive) throw new HostCoolingDown(message, code, until);
      throw ImageError.retryable(code, message, { retryAfterMs: cooldown.until - now });
    },

    list() {
      const now = Date.now();
      const listed: CoolingHost[] = [];
      for (const [host, cooldown] of cooldowns) {
        if (listed.length === MAX_LISTED) break;
        const { until } = cooldown;
        if (until > now) listed.push({ host, until, reason: codeOf(cooldown) });
      }
      return listed;
    },
  };
}

function codeOf({ status }: Cooldown): RetryableImageCode {
  return status === 429 ? 'http_429' : 'http_5xx';
}
