import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/** IPv6 prefixes that embed an IPv4 address, and the index of its first 16-bit part (of eight). */
const EMBEDDED_IPV4: readonly { network: string; high: number; inverted?: boolean }[] = [
  { network: '::/96', high: 6 }, // compatible, RFC 4291 §2.5.5.1
  { network: '64:ff9b::/96', high: 6 }, // NAT64, RFC 6052
  // Local NAT64, RFC 8215. Its longer prefixes may embed the address elsewhere, so they stay blocked.
  { network: '64:ff9b:1::/96', high: 6 },
  { network: '2002::/16', high: 1 }, // 6to4, RFC 3056
  { network: '2001::/32', high: 6, inverted: true }, // Teredo, RFC 4380
];

/** ISATAP (RFC 5214): an interface identifier 0:5efe or 200:5efe, then the IPv4 address. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe;
}

/**
 * Creates the check for addresses that the service may connect to: public unicast addresses, and those in the
 * allowed networks.
 *
 * @param allowedNetworks in CIDR notation
 */
export function createAddressCheck(allowedNetworks: readonly string[]) {
  const allowed = allowedNetworks.map((network): Network => ipaddr.parseCIDR(network));

  /** @param text an address as the operating system formats it */
  return function isAllowed(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    const isListed = (one: Address) => allowed.some((network) => isWithin(one, network));
    const embedded = address instanceof ipaddr.IPv6 ? embeddedIpv4(address) : null;
    if (isListed(address) || (embedded !== null && isListed(embedded))) return true;
    return isPublic(address) && (embedded === null || isPublic(embedded));
  };
}

/** RFC 4291 §2.4: global unicast addresses of IPv6 that are assigned so far. */
const GLOBAL_IPV6: Network = [ipaddr.IPv6.parse('2000::'), 3];

/** The virtual address at which Azure serves metadata and secrets to machines. */
const AZURE_HOST = '168.63.129.16';

function isPublic(address: Address): boolean {
  // ipaddr.js has ranges of their own for prefixes that embed IPv4, some of them global.
  if (address instanceof ipaddr.IPv6 && embeddedIpv4(address) !== null) {
    return isWithin(address, GLOBAL_IPV6);
  }
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4
    ? address.toString() !== AZURE_HOST
    : isWithin(address, GLOBAL_IPV6);
}

function isWithin(address: Address, [network, bits]: Network): boolean {
  if (address instanceof ipaddr.IPv4) {
    return network instanceof ipaddr.IPv4 && address.match(network, bits);
  }
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
}

function embeddedIpv4(address: ipaddr.IPv6): ipaddr.IPv4 | null {
  const form = EMBEDDED_IPV4.find(({ network }) => address.match(ipaddr.IPv6.parseCIDR(network)));
  const position = form ?? (isIsatap(address) ? { high: 6 } : undefined);
  if (position === undefined) return null;
  const mask = 'inverted' in position && position.inverted ? 0xffff : 0;
  const high = (address.parts[position.high] ?? 0) ^ mask;
  const low = (address.parts[position.high + 1] ?? 0) ^ mask;
  return new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]);
}
