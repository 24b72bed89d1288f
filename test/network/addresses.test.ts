import fc from 'fast-check';
import { createAddressCheck } from '../../src/network/addresses';
import { carriedIn, ipv4, PRIVATE_IPV4, PUBLIC_IPV4 } from './spellings';

const isAllowed = createAddressCheck([]);

describe('createAddressCheck([])', () => {
  it.each([
    ['this network', '0.0.0.0'],
    ['a private network', '10.1.2.3'],
    ['a private network', '172.16.0.1'],
    ['a private network', '192.168.1.1'],
    ['shared address space', '100.64.0.1'],
    ['loopback', '127.0.0.1'],
    ['link-local, where clouds keep their credentials', '169.254.169.254'],
    ['protocol assignments', '192.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['benchmarking', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['the metadata of Azure', '168.63.129.16'],
    ['unassigned IPv6', '4000::1'],
    ['unassigned IPv6', '1::1'],
    ['NAT64, which is outside 2000::/3', '64:ff9b::808:808'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['unique local', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['discard', '100::1'],
    ['documentation', '2001:db8::1'],
  ])('refuses %s: %s', (_, address) => {
    expect(isAllowed(address)).toBe(false);
  });

  it.each(['8.8.8.8', '93.184.215.14', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    'allows the public address %s',
    (address) => {
      expect(isAllowed(address)).toBe(true);
    },
  );

  it.each(['', 'localhost', '10.0.0.0/8', '256.0.0.1', ':::1'])(
    'refuses text that is not an address: %j',
    (text) => {
      expect(isAllowed(text)).toBe(false);
    },
  );

  it('refuses every IPv6 address that embeds a private IPv4 address', () => {
    fc.assert(
      fc.property(PRIVATE_IPV4, carriedIn, (address, carried) => {
        expect(isAllowed(carried(address))).toBe(false);
      }),
    );
  });

  it('allows global IPv6 addresses that embed a public IPv4 address', () => {
    fc.assert(
      fc.property(PUBLIC_IPV4, carriedIn, (address, carried) => {
        const text = carried(address);
        expect(isAllowed(text)).toBe(/^(2|::ffff:)/.test(text));
      }),
    );
  });

  it('refuses every IPv6 address outside 2000::/3', () => {
    const outside = fc
      .integer({ min: 0, max: 0xffff })
      .filter((first) => first >> 13 !== 1 && first !== 0);
    fc.assert(
      fc.property(outside, fc.integer({ min: 0, max: 0xffff }), (first, last) => {
        expect(isAllowed(`${first.toString(16)}:1:2:3:4:5:6:${last.toString(16)}`)).toBe(false);
      }),
    );
  });

  it('refuses a private address of local NAT64 next to a public one', () => {
    // RFC 6052 §2.2: under a 48-bit prefix the address is in bits 48 to 63 and 72 to 87.
    expect(isAllowed('64:ff9b:1:7f00:0:100:808:808')).toBe(false);
  });
});

describe('createAddressCheck(allowedNetworks)', () => {
  it('allows a private address in an allowed network', () => {
    expect(createAddressCheck(['10.0.0.0/8'])('10.1.2.3')).toBe(true);
    expect(createAddressCheck(['fd00::/8'])('fd12::1')).toBe(true);
  });

  it('refuses private addresses outside it', () => {
    const check = createAddressCheck(['10.0.0.0/8', '::1/128']);
    expect(['11.0.0.1', '9.255.255.255', '192.168.0.1', '::2'].map(check)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('still allows public addresses', () => {
    expect(createAddressCheck(['10.0.0.0/8'])('8.8.8.8')).toBe(true);
  });

  it('allows an allowed IPv4 address that is embedded in IPv6', () => {
    const check = createAddressCheck(['10.0.0.0/8']);
    fc.assert(
      fc.property(ipv4(10), carriedIn, (address, carried) => {
        expect(check(carried(address))).toBe(true);
      }),
    );
  });

  it('compares an IPv4 address with IPv4 networks only', () => {
    expect(createAddressCheck(['fc00::/7'])('10.0.0.1')).toBe(false);
    expect(createAddressCheck(['0.0.0.0/0'])('fd00::1')).toBe(false);
  });

  it('throws for text that is not a network', () => {
    expect(() => createAddressCheck(['10.0.0.0/99'])).toThrow();
  });
});
