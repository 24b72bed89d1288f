/**
 * Lists the parts of a file, with its own parser for the container of each format. It shares nothing with the code
 * under test, so that a mistake would have to be in both.
 */
export function partsOf(bytes: Buffer): string[] {
  if (bytes.readUInt16BE(0) === 0xffd8) return jpegParts(bytes);
  if (bytes.toString('latin1', 1, 4) === 'PNG') return pngParts(bytes);
  if (bytes.toString('latin1', 0, 4) === 'RIFF') return webpParts(bytes);
  if (bytes.toString('latin1', 0, 3) === 'GIF') return gifParts(bytes);
  if (bytes.toString('latin1', 4, 8) === 'ftyp') return boxParts(bytes, 0, bytes.length, '');
  return tiffParts(bytes);
}

/** The parts that are allowed in a file that contains a picture and nothing else. */
export const HARMLESS: Readonly<Record<string, RegExp>> = {
  jpeg: /^(d8|e0 JFIF 14|ee Adobe 12|db|c[0-24-79-b]|c4|dd|da|d9)$/,
  png: /^(IHDR|PLTE|tRNS|IDAT|IEND|pHYs|sBIT|sRGB|gAMA|cHRM|bKGD)$/,
  webp: /^(VP8X|VP8 |VP8L|ALPH|ANIM|ANMF)$/,
  avif: /^(ftyp|meta|mdat|meta\/(hdlr|pitm|iloc|iinf|iinf av01|iref|iprp|ispe|pixi|av1C|colr nclx|auxC|irot|imir))$/,
  gif: /^(image|f9|loop|trailer)$/,
  tiff: /^(254|256|257|258|259|262|266|273|274|277|278|279|282|283|284|296|317|320|32[2-5]|338|339|347|53[0-2])$/,
};

function jpegParts(bytes: Buffer): string[] {
  const parts = ['d8'];
  let at = 2;
  while (at < bytes.length) {
    const code = bytes[at + 1] ?? 0;
    const name = code.toString(16);
    if (bytes[at] !== 0xff) return [...parts, `junk at ${at}`];
    at += 2;
    if (code === 0xd9) {
      parts.push(name);
      break;
    }
    const length = bytes.readUInt16BE(at);
    const label = /^\w+/.exec(bytes.toString('latin1', at + 2, at + 12))?.[0] ?? '';
    parts.push(code >= 0xe0 ? `${name} ${label} ${length - 2}` : name);
    at += length;
    if (code !== 0xda) continue;
    while (bytes[at] !== 0xff || /^(0|d[0-7])$/.test((bytes[at + 1] ?? 0).toString(16))) {
      if (at >= bytes.length) return [...parts, 'no end'];
      at += 1;
    }
  }
  return at === bytes.length ? parts : [...parts, `${bytes.length - at} bytes after the end`];
}

function pngParts(bytes: Buffer): string[] {
  const parts: string[] = [];
  let at = 8;
  while (at + 12 <= bytes.length) {
    parts.push(bytes.toString('latin1', at + 4, at + 8));
    at += 12 + bytes.readUInt32BE(at);
    if (parts.at(-1) === 'IEND') break;
  }
  return at === bytes.length ? parts : [...parts, `${bytes.length - at} bytes after the end`];
}

function webpParts(bytes: Buffer): string[] {
  const parts: string[] = [];
  const walk = (from: number, to: number): void => {
    for (let at = from; at < to;) {
      const name = bytes.toString('latin1', at, at + 4);
      const size = bytes.readUInt32LE(at + 4);
      parts.push(name);
      if (name === 'ANMF') walk(at + 24, at + 8 + size);
      at += 8 + size + (size % 2);
    }
  };
  walk(12, bytes.length);
  return bytes.readUInt32LE(4) + 8 === bytes.length ? parts : [...parts, 'a wrong size'];
}

function gifParts(bytes: Buffer): string[] {
  const parts: string[] = [];
  const table = (flags = 0) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + table(bytes[10]);
  const skip = () => {
    while (bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
    at += 1;
  };
  while (at < bytes.length) {
    if (bytes[at] === 0x3b) {
      parts.push('trailer');
      at += 1;
      break;
    }
    if (bytes[at] === 0x2c) {
      parts.push('image');
      at += 11 + table(bytes[at + 9]);
    } else {
      const isLoop = bytes.toString('latin1', at + 3, at + 14) === 'NETSCAPE2.0';
      parts.push(isLoop ? 'loop' : (bytes[at + 1] ?? 0).toString(16));
      at += 2;
    }
    skip();
  }
  return at === bytes.length ? parts : [...parts, `${bytes.length - at} bytes after the end`];
}

function boxParts(bytes: Buffer, from: number, to: number, path: string): string[] {
  const parts: string[] = [];
  for (let at = from; at < to;) {
    const size = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const detail = name === 'colr' ? ` ${bytes.toString('latin1', at + 8, at + 12)}` : '';
    if (name === 'infe') parts.push(`${path}iinf ${bytes.toString('latin1', at + 16, at + 20)}`);
    else if (name !== 'ipco' && name !== 'ipma') parts.push(path + name + detail);
    const inner = { meta: 12, iprp: 8, ipco: 8, iinf: 14 }[name];
    if (inner !== undefined) parts.push(...boxParts(bytes, at + inner, at + size, 'meta/'));
    at += size === 0 ? to : size;
  }
  return parts;
}

function tiffParts(bytes: Buffer): string[] {
  const isLittle = bytes[0] === 0x49;
  const short = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const directory = long(4);
  const count = short(directory);
  const tags = Array.from({ length: count }, (_, index) => `${short(directory + 2 + index * 12)}`);
  return long(directory + 2 + count * 12) === 0 ? tags : [...tags, 'another page'];
}
