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
 * The one way out of the service: every download and every webhook connects through it, and it connects
 * to public addresses only, unless `ALLOWED_NETWORKS` names others.
 *
 * The check stands in the connector, on the address that is connected to, so that redirects and names that
 * resolve to another address the second time are covered. Literal addresses are checked by themselves,
 * since Node never looks them up.
 *
 * @throws BlockedAddress (as the cause of undici's error, or bare) from every request that it refuses
 */
export function createDispatcher(config: Pick<Config, 'ALLOWED_NETWORKS'>): Dispatcher {
  const isAllowed = createAddressCheck(config.ALLOWED_NETWORKS);

  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const allowed = error === null ? addresses.filter(({ address }) => isAllowed(address)) : [];
      const [first] = allowed;
      if (error !== null) callback(error, []);
      else if (first === undefined) callback(refused(hostname, addresses), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };

  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: checkedLookup });
  return new Agent({
    maxHeaderSize: MAX_HEADER_BYTES,
    connect(options, callback) {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !isAllowed(host)) callback(refused(host, []), null);
      else connect(options, callback);
    },
  });
}

function refused(host: string, addresses: readonly LookupAddress[]): BlockedAddress {
  const resolved =
    addresses.length === 0 ? '' : ` (${addresses.map((one) => one.address).join(', ')})`;
  return new BlockedAddress(blockedMessage(`${host}${resolved}`));
}
