import type { Dispatcher } from 'undici';
import { createDispatcher } from '../../src/network/dispatcher';
import { createOwnServers, type OwnServers } from '../../src/network/ownServers';
import type { PortRange } from '../../src/network/ports';
import { createTargetPolicy } from '../../src/network/targets';

const ANY_PORT: readonly PortRange[] = [[1, 65_535]];

export const NO_OWN_SERVERS: OwnServers = createOwnServers({
  named: [],
  publicUrls: [],
  stores: [],
});

/** A policy that allows any port, and the given private networks. */
export function policyAllowing(
  networks: readonly string[],
  ports = ANY_PORT,
  ownServers = NO_OWN_SERVERS,
) {
  return createTargetPolicy({ ALLOWED_NETWORKS: networks, ALLOWED_PORTS: ports }, ownServers);
}

export function dispatcherAllowing(...networks: readonly string[]): Dispatcher {
  return createDispatcher(policyAllowing(networks));
}
