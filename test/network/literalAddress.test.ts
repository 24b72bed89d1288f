import fc from 'fast-check';
import { createLiteralCheck } from '../../src/network/literalAddress';
import { PRIVATE_IPV4, PUBLIC_IPV4, spelling } from './spellings';

const refusedIn = (link: string, ...allowed: string[]) =>
  createLiteralCheck(allowed)(new URL(link));

describe('createLiteralCheck([])', () => {
  it('refuses private addresses in every notation', () => {
    fc.assert(
      fc.property(PRIVATE_IPV4, spelling, (address, [, spell]) => {
        expect(refusedIn(`https://${spell(address)}:8443/hook`)).not.toBeNull();
      }),
    );
  });

  it('allows public addresses in every notation', () => {
    fc.assert(
      fc.property(PUBLIC_IPV4, spelling, (address, [, spell]) => {
        expect(refusedIn(`https://${spell(address)}/hook`)).toBeNull();
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
  ])('returns the host of %s', (link, named) => {
    expect(refusedIn(link)).toBe(named);
  });

  it.each([
    'https://shop.example/hook',
    'https://localhost.example/',
    'https://notlocalhost/',
    'https://10.0.0.1.shop.example/',
    'https://[2606:4700:4700::1111]/',
  ])('allows %s', (link) => {
    expect(refusedIn(link)).toBeNull();
  });
});

describe('createLiteralCheck(allowedNetworks)', () => {
  it.each([
    ['http://10.1.2.3/', '10.0.0.0/8'],
    ['http://[::ffff:10.1.2.3]/', '10.0.0.0/8'],
    ['http://[::1]/', '::1/128'],
    ['http://localhost/', '127.0.0.0/8'],
    ['http://localhost/', '::1/128'],
  ])('allows %s with %s', (link, network) => {
    expect(refusedIn(link, network)).toBeNull();
  });

  it('refuses addresses outside the allowed networks', () => {
    expect(refusedIn('http://10.1.2.3/', '127.0.0.0/8')).toBe('10.1.2.3');
    expect(refusedIn('http://localhost/', '10.0.0.0/8')).toBe('localhost');
  });
});
