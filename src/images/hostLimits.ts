/** How many downloads at once each host gets: fewer once its downloads time out or do not connect. */
export interface HostLimits {
  limitOf(host: string): number;
  /** Halves the limit of a host that does not answer, down to one. */
  lower(host: string): void;
  /** Raises a lowered limit by one, after a download. */
  raise(host: string): void;
}

interface Lowered {
  readonly limit: number;
  readonly timer: NodeJS.Timeout;
}

/** How long a lowered limit is remembered: longer than images wait for their next attempt. */
const REMEMBERED_MS = 15 * 60_000;

/** Links may name any number of hosts. The host whose limit changed longest ago is forgotten first. */
const MAX_HOSTS = 10_000;

/**
 * Creates the limits of one worker process. Each worker learns by itself which hosts do not answer.
 *
 * @param max the limit of a host that answers
 */
export function createHostLimits(max: number): HostLimits {
  const lowered = new Map<string, Lowered>();

  function forget(host: string): void {
    clearTimeout(lowered.get(host)?.timer);
    lowered.delete(host);
  }

  function limitOf(host: string): number {
    return lowered.get(host)?.limit ?? max;
  }

  function change(host: string, limit: number): void {
    forget(host);
    if (limit >= max) return;
    const [oldest] = lowered.keys();
    if (oldest !== undefined && lowered.size >= MAX_HOSTS) forget(oldest);
    const timer = setTimeout(() => lowered.delete(host), REMEMBERED_MS).unref();
    lowered.set(host, { limit, timer });
  }

  return {
    limitOf,
    lower(host) {
      change(host, Math.max(Math.floor(limitOf(host) / 2), 1));
    },
    raise(host) {
      if (lowered.has(host)) change(host, limitOf(host) + 1);
    },
  };
}
