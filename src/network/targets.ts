import { isIP } from 'node:net';
import { createAddressCheck } from './addresses';
import type { OwnServers } from './ownServers';
import { formatRanges, isInRanges, portOf, type PortRange } from './ports';

export interface TargetSettings {
  /** In CIDR notation. */
  readonly ALLOWED_NETWORKS: readonly string[];
  readonly ALLOWED_PORTS: readonly PortRange[];
}

/** Decides where downloads and webhooks may connect to. */
export interface TargetPolicy {
  /**
   * Checks what a URL shows by itself: the port, a literal address in any notation, `localhost`, names of our own
   * servers. It resolves no names: the dispatcher checks the address of every connection.
   *
   * @returns why the target is refused, as a message for the caller; `null` when nothing is wrong so far
   */
  refusalOfUrl(url: URL): string | null;
  /**
   * Checks the addresses of a connection.
   *
   * @returns those that are allowed, or why there is none
   */
  allowedAddresses(
    host: string,
    port: number,
    addresses: readonly string[],
  ): Promise<readonly string[] | string>;
}

/** RFC 6761 §6.3: `localhost` and all its subdomains are loopback. */
const LOCALHOST = /(^|\.)localhost\.?$/;
const LOOPBACK = ['127.0.0.1', '::1'];

export function createTargetPolicy(
  { ALLOWED_NETWORKS, ALLOWED_PORTS }: TargetSettings,
  ownServers: OwnServers,
): TargetPolicy {
  const isAllowed = createAddressCheck(ALLOWED_NETWORKS);

  return {
    refusalOfUrl(url) {
      // The URL parser has already normalized every notation of IPv4.
      const host = url.hostname.replace(/^\[|\]$/g, '');
      const port = portOf(url);
      if (!isInRanges(port, ALLOWED_PORTS)) return portMessage(port, ALLOWED_PORTS);
      if (ownServers.isNamed(host, port)) return ownServerMessage(host, port);
      const isRefused =
        isIP(host) === 0 ? LOCALHOST.test(host) && !LOOPBACK.some(isAllowed) : !isAllowed(host);
      return isRefused ? addressMessage(host) : null;
    },

    async allowedAddresses(host, port, addresses) {
      if (!isInRanges(port, ALLOWED_PORTS)) return portMessage(port, ALLOWED_PORTS);
      const allowed = addresses.filter(isAllowed);
      if (allowed.length === 0) return addressMessage(host, addresses);
      const own = await Promise.all(allowed.map((one) => ownServers.isReachedBy(one, port)));
      const foreign = allowed.filter((_, index) => own[index] === false);
      return foreign.length === 0 ? ownServerMessage(host, port) : foreign;
    },
  };
}

function portMessage(port: number, ranges: readonly PortRange[]): string {
  return (
    `Expected a port of ${formatRanges(ranges)}, received ${port}; ` +
    'to allow it, add it to ALLOWED_PORTS'
  );
}

function ownServerMessage(host: string, port: number): string {
  return `Expected a server outside this service, received ${host}:${port}, which belongs to it`;
}

function addressMessage(host: string, addresses: readonly string[] = []): string {
  const resolved = addresses.some((one) => one !== host) ? ` (${addresses.join(', ')})` : '';
  return (
    `Expected a public address, received ${host}${resolved}; ` +
    'to allow it, add its network to ALLOWED_NETWORKS'
  );
}
