import fc from 'fast-check';

/** Notations of addresses that attackers use. */

export type Ipv4 = readonly [number, number, number, number];

const byte = fc.integer({ min: 0, max: 255 });

export const ipv4 = (first: number, second: fc.Arbitrary<number> = byte): fc.Arbitrary<Ipv4> =>
  fc.tuple(fc.constant(first), second, byte, byte);

export const PRIVATE_IPV4 = fc.oneof(
  ipv4(0),
  ipv4(10),
  ipv4(127),
  ipv4(169, fc.constant(254)),
  ipv4(172, fc.integer({ min: 16, max: 31 })),
  ipv4(192, fc.constant(168)),
  ipv4(100, fc.integer({ min: 64, max: 127 })),
);
export const PUBLIC_IPV4 = fc.oneof(ipv4(8), ipv4(93), ipv4(151, fc.constant(101)));

const number = ([a, b, c, d]: Ipv4): number => ((a * 256 + b) * 256 + c) * 256 + d;
const dotted = (address: Ipv4): string => address.join('.');
const hex = (address: Ipv4, mask = 0): string => {
  const [a, b, c, d] = address.map((part) => (part ^ mask).toString(16).padStart(2, '0'));
  return `${a ?? ''}${b ?? ''}:${c ?? ''}${d ?? ''}`;
};

/** The IPv6 forms that embed an IPv4 address and that some router or kernel delivers to it. */
const CARRIED: Readonly<Record<string, (address: Ipv4) => string>> = {
  mapped: (address) => `::ffff:${hex(address)}`,
  'mapped, dotted': (address) => `::ffff:${dotted(address)}`,
  compatible: (address) => `::${hex(address)}`,
  '6to4': (address) => `2002:${hex(address)}::1`,
  NAT64: (address) => `64:ff9b::${hex(address)}`,
  'local NAT64': (address) => `64:ff9b:1::${hex(address)}`,
  Teredo: (address) => `2001:0:4136:e378:8000:63bf:${hex(address, 0xff)}`,
  ISATAP: (address) => `2606:4700::5efe:${hex(address)}`,
};

export const carriedIn = fc
  .constantFrom(...Object.entries(CARRIED))
  .map(([form, carried]) => Object.assign(carried, { [fc.toStringMethod]: () => form }));

/** The hosts of a URL that all mean the IPv4 address. */
const SPELLINGS: Readonly<Record<string, (address: Ipv4) => string>> = {
  dotted,
  decimal: (address) => String(number(address)),
  'one hexadecimal number': (address) => `0x${number(address).toString(16)}`,
  octal: (address) => address.map((part) => `0${part.toString(8)}`).join('.'),
  hexadecimal: (address) => address.map((part) => `0X${part.toString(16)}`).join('.'),
  mixed: ([a, b, c, d]) => `0x${a.toString(16)}.0${b.toString(8)}.${c * 256 + d}`,
  'two parts': ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  'trailing dot': (address) => `${dotted(address)}.`,
  'user-info': (address) => `example.com:443@${dotted(address)}`,
  'full-width digits': (address) =>
    dotted(address).replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  'circled digits': (address) =>
    dotted(address).replace(/[1-9]/g, (digit) => String.fromCodePoint(0x245f + Number(digit))),
  'ideographic full stops': (address) => address.join('\u3002'),
  'per cent signs': (address) =>
    dotted(address).replace(/./g, (one) => `%${one.charCodeAt(0).toString(16)}`),
  ...Object.fromEntries(
    Object.entries(CARRIED).map(([form, carried]) => [form, (address) => `[${carried(address)}]`]),
  ),
};

export const spelling = fc.constantFrom(...Object.entries(SPELLINGS));
