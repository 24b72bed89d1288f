import ipaddr from 'ipaddr.js';

/**
 * Returns what limits count as one client: an IPv4 address, or the /64 of an IPv6 address, since one machine can use
 * all addresses of it.
 *
 * @param address as a socket reports it; empty when the socket is closed
 */
export function clientNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return '';
  // IPv4 appears as `::ffff:192.0.2.1` where a server listens on both.
  const found = ipaddr.process(address);
  if (found instanceof ipaddr.IPv4) return found.toString();
  const prefix = found.parts.slice(0, 4).map((part) => part.toString(16));
  return `${prefix.join(':')}::/64`;
}
