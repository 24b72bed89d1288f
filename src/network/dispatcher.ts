import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Config } from '../config';
import { BlockedAddress } from '../errors';
import { createAddressCheck } from './addresses';
import { MAX_HEADER_BYTES } from './limits';
import { blockedMessage } from './literalAddress';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Creates the dispatcher that all outgoing requests use: every download and every webhook. It connects to public
 * addresses only, unless `ALLOWED_NETWORKS` contains others.
 *
 * The connector checks the address that it actually connects to. This covers redirects and names that resolve to
 * another address the second time (DNS rebinding). Literal addresses are checked separately, since Node never
 * looks them up.
 *
 * @throws BlockedAddress (directly or as the cause of undici's error) from every blocked request
 */
export function createDispatcher(config: Pick<Config, 'ALLOWED_NETWORKS'>): Dispatcher {
  const isAllowed = createAddressCheck(config.ALLOWED_NETWORKS);

  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error === null ? addresses.filter(({ address }) => isAllowed(address)) : [];
      const [first] = allowed;
      if (error !== null) callback(error, []);
      else if (first === undefined) callback(blockedError(hostname, addresses), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };

  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: checkedLookup });
  return new Agent({
    maxHeaderSize: MAX_HEADER_BYTES,
    connect(options, callback) {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !isAllowed(host)) callback(blockedError(host, []), null);
      else connect(options, callback);
    },
  });
}

function blockedError(host: string, addresses: readonly LookupAddress[]): BlockedAddress {
  const resolved =
    addresses.length === 0 ? '' : ` (${addresses.map((one) => one.address).join(', ')})`;
  return new BlockedAddress(blockedMessage(`${host}${resolved}`));
}
