import { isIP } from 'node:net';
import { createAddressCheck } from './addresses';

/** RFC 6761 §6.3: it and all names below it are loopback. */
const LOCALHOST = /(^|\.)localhost\.?$/;
const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Tells which address a link names by itself, when it is one that the service refuses to connect to:
 * written in digits, in whatever spelling, or as `localhost`. No name is looked up; what others resolve
 * to is for the connection to find out.
 *
 * @returns the address or name for a message; `null` when nothing is wrong so far
 */
export function createLiteralCheck(
  allowedNetworks: readonly string[],
): (url: URL) => string | null {
  const isAllowed = createAddressCheck(allowedNetworks);
  return ({ hostname }) => {
    // The URL parser has brought every spelling of IPv4 into one.
    const host = hostname.replace(/^\[|\]$/g, '');
    const isRefused =
      isIP(host) === 0 ? LOCALHOST.test(host) && !LOOPBACK.some(isAllowed) : !isAllowed(host);
    return isRefused ? host : null;
  };
}

export function blockedMessage(received: string): string {
  return (
    `Expected a public address, received ${received}; ` +
    'to allow it, name its network in ALLOWED_NETWORKS'
  );
}
