import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { BlockedAddress } from '../errors';
import { MAX_HEADER_BYTES } from './limits';
import type { TargetPolicy } from './targets';

const CONNECT_TIMEOUT_MS = 10_000;

/** Links may name any number of ports; the connectors of more than this many are not kept. */
const MAX_CONNECTORS = 256;

/**
 * Creates the dispatcher that all outgoing requests use: every download and every webhook. It connects only where the
 * policy allows it.
 *
 * The connector checks the address that it actually connects to. This covers redirects and names that resolve to
 * another address the second time (DNS rebinding). Literal addresses are checked separately, since Node never
 * looks them up.
 *
 * @throws BlockedAddress (directly or as the cause of undici's error) from every blocked request
 */
export function createDispatcher(policy: TargetPolicy): Dispatcher {
  /** Resolves names to allowed addresses only. */
  const checkedLookup =
    (port: number): LookupFunction =>
    (hostname, options, callback) => {
      lookup(hostname, { ...options, all: true }, (error, found) => {
        if (error !== null) {
          callback(error, []);
          return;
        }
        const addresses = found.map(({ address }) => address);
        policy.allowedAddresses(hostname, port, addresses).then(
          (allowed) => {
            if (typeof allowed === 'string') {
              callback(new BlockedAddress(allowed), []);
              return;
            }
            const usable = found.filter(({ address }) => allowed.includes(address));
            const [first] = usable;
            if (options.all === true) callback(null, usable);
            else callback(null, first?.address ?? '', first?.family);
          },
          (failure: unknown) => {
            callback(failure as NodeJS.ErrnoException, []);
          },
        );
      });
    };

  // A lookup does not know the port of its connection, so each port has a connector.
  const connectors = new Map<number, buildConnector.connector>();
  function connectorOf(port: number): buildConnector.connector {
    const known = connectors.get(port);
    if (known !== undefined) return known;
    if (connectors.size >= MAX_CONNECTORS) connectors.clear();
    const made = buildConnector({ timeout: CONNECT_TIMEOUT_MS, lookup: checkedLookup(port) });
    connectors.set(port, made);
    return made;
  }

  return new Agent({
    maxHeaderSize: MAX_HEADER_BYTES,
    connect(options, callback) {
      const host = options.hostname.replace(/^\[|\]$/g, '');
      const port = Number(options.port || (options.protocol === 'https:' ? 443 : 80));
      if (isIP(host) === 0) {
        connectorOf(port)(options, callback);
        return;
      }
      policy.allowedAddresses(host, port, [host]).then(
        (allowed) => {
          if (typeof allowed === 'string') callback(new BlockedAddress(allowed), null);
          else connectorOf(port)(options, callback);
        },
        (failure: unknown) => {
          callback(failure as Error, null);
        },
      );
    },
  });
}
