import fc from 'fast-check';
import { createOwnServers } from '../../src/network/ownServers';
import { policyAllowing } from '../support/targets';
import { PRIVATE_IPV4, PUBLIC_IPV4, spelling } from './spellings';

const refusal = (link: string, ...networks: string[]) =>
  policyAllowing(networks).refusalOfUrl(new URL(link));

const addressRefusal = (host: string) =>
  `Expected a public address, received ${host}; to allow it, add its network to ALLOWED_NETWORKS`;

describe('refusalOfUrl(url) with no allowed network', () => {
  it('refuses private addresses in every notation', () => {
    fc.assert(
      fc.property(PRIVATE_IPV4, spelling, (address, [, spell]) => {
        expect(refusal(`https://${spell(address)}:8443/hook`)).not.toBeNull();
      }),
    );
  });

  it('allows public addresses in every notation', () => {
    fc.assert(
      fc.property(PUBLIC_IPV4, spelling, (address, [form, spell]) => {
        fc.pre(!/compatible|NAT64/.test(form));
        expect(refusal(`https://${spell(address)}/hook`)).toBeNull();
      }),
    );
  });

  it.each([
    ['http://10.0.0.1:8080/hook', '10.0.0.1'],
    ['http://user:secret@0x7f.1/hook', '127.0.0.1'],
    ['http://169.254.169.254/', '169.254.169.254'],
    ['http://[::1]/', '::1'],
    ['http://[fd00:ec2::254]/', 'fd00:ec2::254'],
    ['http://localhost:9001/', 'localhost'],
    ['http://LOCALHOST./', 'localhost.'],
    ['http://l\u24deca\u217chost/', 'localhost'],
    ['http://api.localhost/', 'api.localhost'],
  ])('names the host of %s', (link, host) => {
    expect(refusal(link)).toBe(addressRefusal(host));
  });

  it.each([
    'https://shop.example/hook',
    'https://localhost.example/',
    'https://notlocalhost/',
    'https://10.0.0.1.shop.example/',
    'https://[2606:4700:4700::1111]/',
  ])('allows %s', (link) => {
    expect(refusal(link)).toBeNull();
  });
});

describe('refusalOfUrl(url) with allowed networks', () => {
  it.each([
    ['http://10.1.2.3/', '10.0.0.0/8'],
    ['http://[::ffff:10.1.2.3]/', '10.0.0.0/8'],
    ['http://[::1]/', '::1/128'],
    ['http://localhost/', '127.0.0.0/8'],
    ['http://localhost/', '::1/128'],
  ])('allows %s with %s', (link, network) => {
    expect(refusal(link, network)).toBeNull();
  });

  it('refuses addresses outside them', () => {
    expect(refusal('http://10.1.2.3/', '127.0.0.0/8')).toBe(addressRefusal('10.1.2.3'));
    expect(refusal('http://localhost/', '10.0.0.0/8')).toBe(addressRefusal('localhost'));
  });
});

describe('refusalOfUrl(url) with allowed ports', () => {
  const policy = policyAllowing(
    [],
    [
      [80, 80],
      [443, 443],
      [1024, 65_535],
    ],
  );

  it.each(['http://a.example/', 'https://a.example/', 'https://a.example:1024/'])(
    'allows %s',
    (link) => {
      expect(policy.refusalOfUrl(new URL(link))).toBeNull();
    },
  );

  it.each([
    ['http://a.example:25/', 25],
    ['https://a.example:22/', 22],
    ['http://a.example:1023/', 1023],
  ])('refuses %s and names the port', (link, port) => {
    expect(policy.refusalOfUrl(new URL(link))).toBe(
      `Expected a port of 80, 443, 1024-65535, received ${port}; to allow it, add it to ALLOWED_PORTS`,
    );
  });
});

describe('a policy with servers of our own', () => {
  const own = createOwnServers({
    named: [
      { host: '0.0.0.0', port: 8000 },
      { host: 'localhost', port: 7233 },
      { host: '10.0.0.7', port: 27017 },
    ],
    publicUrls: [{ host: 'images.example', port: 443 }],
    stores: [
      { host: '10.0.0.8', port: 7070 },
      { host: '203.0.112.9', port: 443 },
    ],
  });
  const policy = policyAllowing(['127.0.0.0/8', '::1/128', '10.0.0.0/8'], undefined, own);

  it.each([
    'https://images.example/image/requests/retry',
    'https://IMAGES.example./',
    'https://images.example:443/',
    'http://localhost:7233/',
    'http://10.0.0.7:27017/',
    'http://10.0.0.8:7070/bucket/image.jpg',
    'https://203.0.112.9/bucket/image.jpg',
  ])('refuses %s by its name, although its network is allowed', (link) => {
    expect(policy.refusalOfUrl(new URL(link))).toMatch(/^Expected a server outside this service/);
  });

  it.each(['https://images.example:8443/', 'https://www.images.example/', 'http://10.0.0.7/'])(
    'allows %s',
    (link) => {
      expect(policy.refusalOfUrl(new URL(link))).toBeNull();
    },
  );

  it.each([
    ['127.0.0.1', 8000],
    ['127.3.2.1', 8000],
    ['::1', 8000],
    ['::ffff:127.0.0.1', 8000],
    ['127.0.0.1', 7233],
    ['10.0.0.7', 27017],
    ['10.0.0.8', 7070],
  ])('refuses a connection to %s at port %i', async (address, port) => {
    expect(await policy.allowedAddresses('evil.example', port, [address])).toBe(
      `Expected a server outside this service, received evil.example:${port}, which belongs to it`,
    );
  });

  it('keeps the other addresses of a name', async () => {
    expect(
      await policy.allowedAddresses('two.example', 27017, ['10.0.0.7', '10.0.0.8', '192.168.0.1']),
    ).toEqual(['10.0.0.8']);
  });

  it('does not count the address of the public URL, where a proxy may serve other sites', async () => {
    expect(await policy.allowedAddresses('other.example', 443, ['93.184.215.14'])).toEqual([
      '93.184.215.14',
    ]);
  });

  it('does not refuse a public address of object storage, which other sites may share', async () => {
    expect(await policy.allowedAddresses('other.example', 443, ['203.0.112.9'])).toEqual([
      '203.0.112.9',
    ]);
  });
});

describe('allowedAddresses(host, port, addresses)', () => {
  it('names all addresses of a host that has no allowed one', async () => {
    expect(await policyAllowing([]).allowedAddresses('a.example', 80, ['10.0.0.1', '::1'])).toBe(
      addressRefusal('a.example (10.0.0.1, ::1)'),
    );
  });

  it('names a literal address once', async () => {
    expect(await policyAllowing([]).allowedAddresses('10.0.0.1', 80, ['10.0.0.1'])).toBe(
      addressRefusal('10.0.0.1'),
    );
  });
});
