import { isIP } from 'node:net';
import { createAddressCheck } from './addresses';

/** RFC 6761 §6.3: `localhost` and all its subdomains are loopback. */
const LOCALHOST = /(^|\.)localhost\.?$/;
const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Creates a check for links whose host is itself a blocked address: a literal IP address in any notation, or
 * `localhost`. It resolves no names; the dispatcher checks the addresses of other names when it connects.
 *
 * @returns a function that returns the blocked address or name for a message, or `null` when the host is not
 * blocked
 */
export function createLiteralCheck(
  allowedNetworks: readonly string[],
): (url: URL) => string | null {
  const isAllowed = createAddressCheck(allowedNetworks);
  return ({ hostname }) => {
    // The URL parser has already normalized every notation of IPv4.
    const host = hostname.replace(/^\[|\]$/g, '');
    const isRefused =
      isIP(host) === 0 ? LOCALHOST.test(host) && !LOOPBACK.some(isAllowed) : !isAllowed(host);
    return isRefused ? host : null;
  };
}

export function blockedMessage(received: string): string {
  return (
    `Expected a public address, received ${received}; ` +
    'to allow it, add its network to ALLOWED_NETWORKS'
  );
}
