import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { createCache } from '../cache';
import { createAddressCheck } from './addresses';
import { portOf } from './ports';

/**
 * Servers of this installation: the API, its metrics, Temporal, MongoDB and object storage. Links and webhooks come from
 * strangers and must not lead to them, whatever `ALLOWED_NETWORKS` says: a webhook to our own API could start operations.
 */

export interface Endpoint {
  /** A name or a literal address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Where the servers of an installation are. */
export interface OwnEndpoints {
  /**
   * Servers known by their address. All of their addresses count: for a server on this machine those are the addresses
   * of all its interfaces.
   */
  readonly named: readonly Endpoint[];
  /**
   * URLs of the API itself. Only their names count: a proxy or CDN in front of the API may serve other sites at the
   * same address.
   */
  readonly publicUrls: readonly Endpoint[];
  /**
   * Object storage. Its name is refused, and its addresses only if they are private: a public one may serve the files
   * of other customers too.
   */
  readonly stores: readonly Endpoint[];
}

export interface OwnServers {
  /** Whether the host of a link is the name of one of our servers, at its port. */
  isNamed(host: string, port: number): boolean;
  /** Whether a connection to the address and port would reach one of our servers. */
  isReachedBy(address: string, port: number): Promise<boolean>;
}

/** Names are resolved again after this time: containers get new addresses when they restart. */
const RESOLVED_KEPT_MS = 60_000;

export function createOwnServers({ named, publicUrls, stores }: OwnEndpoints): OwnServers {
  const resolved = createCache<readonly string[]>({ keptMs: RESOLVED_KEPT_MS });

  /** A name that does not resolve has no address that a link could lead to. */
  const addressesOf = (host: string) =>
    resolved(host, () =>
      lookup(host, { all: true }).then(
        (found) => found.map(({ address }) => address),
        () => [],
      ),
    );

  const isPublic = createAddressCheck([]);

  async function isAt(host: string, address: string): Promise<boolean> {
    const addresses = isIP(host) === 0 ? await addressesOf(host) : [host];
    if (addresses.some(isLocal) && isLocal(address)) return true;
    return addresses.some((one) => canonical(one) === canonical(address));
  }

  return {
    isNamed(host, port) {
      const name = nameOf(host);
      return [...named, ...publicUrls, ...stores].some(
        (own) => own.port === port && nameOf(own.host) === name,
      );
    },
    async isReachedBy(address, port) {
      const known = isPublic(address) ? named : [...named, ...stores];
      const candidates = known.filter((own) => own.port === port);
      const found = await Promise.all(candidates.map(({ host }) => isAt(host, address)));
      return found.includes(true);
    },
  };
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function canonical(address: string): string {
  return ipaddr.process(address).toString();
}

/** Whether an address is one of this machine; an unspecified one means every interface. */
function isLocal(text: string): boolean {
  const address = ipaddr.process(text);
  if (['loopback', 'unspecified'].includes(address.range())) return true;
  const own = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? []);
  return own.some((one) => canonical(one.address) === address.toString());
}

export interface OwnAddresses {
  /** Of the API, and where it is reached from outside. */
  readonly HOST: string;
  readonly PORT: number;
  readonly PUBLIC_URL: string;
  /** Of a worker's metrics; 0: none. */
  readonly METRICS_PORT: number;
  readonly STORAGE_URL?: { readonly bucket: string } | undefined;
}

/**
 * Collects the servers of an installation.
 *
 * @param temporalAddress `host:port`
 * @param mongodbUri the hosts behind `mongodb+srv://` are in DNS only and are not included
 * @param storageUrl URL of the S3 server, if the environment names one
 * @param others further servers of this process
 */
export function ownEndpointsOf(
  { HOST, PORT, PUBLIC_URL, METRICS_PORT, STORAGE_URL }: OwnAddresses,
  temporalAddress: string,
  mongodbUri: string,
  storageUrl?: string,
  others: readonly Endpoint[] = [],
): OwnEndpoints {
  const mongodbHosts = /^mongodb:\/\/(?:[^/]*@)?([^/?]*)/.exec(mongodbUri)?.[1] ?? '';
  return {
    named: [
      { host: HOST, port: PORT },
      { host: HOST, port: METRICS_PORT },
      ...parseEndpoints(temporalAddress, DEFAULT_TEMPORAL_PORT),
      ...parseEndpoints(mongodbHosts, DEFAULT_MONGODB_PORT),
      ...others,
    ],
    publicUrls: [endpointOf(PUBLIC_URL)],
    stores: storageUrl === undefined ? [] : storesOf(endpointOf(storageUrl), STORAGE_URL?.bucket),
  };
}

function endpointOf(text: string): Endpoint {
  const url = new URL(text);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) };
}

/** Most stores have each bucket at a host name of its own, too. */
function storesOf(store: Endpoint, bucket: string | undefined): Endpoint[] {
  if (bucket === undefined || isIP(store.host) !== 0) return [store];
  return [store, { host: `${bucket}.${store.host}`, port: store.port }];
}

const DEFAULT_TEMPORAL_PORT = 7233;
const DEFAULT_MONGODB_PORT = 27017;

/** Parses `host:port`, or a list of it. */
function parseEndpoints(text: string, defaultPort: number): Endpoint[] {
  return text.split(',').flatMap((part): Endpoint[] => {
    const [, bracketed, plain, port] =
      /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(part.trim()) ?? [];
    const host = bracketed ?? plain;
    return host === undefined ? [] : [{ host, port: Number(port ?? defaultPort) }];
  });
}
