import { crc32, deflateSync } from 'node:zlib';
import {
  BT2020_PRIMARIES,
  greyProfile,
  P3_PRIMARIES,
  rgbProfile,
  SRGB_CURVE,
  SRGB_PRIMARIES,
  type Chromaticities,
  type Curve,
} from './icc';

/** gAMA of sRGB: 1 / 2.2. */
const SRGB_GAMMA = 45_455;
/** What writers round it to. */
const NEAR = 50;
const PALETTE_OR_COLOUR = 2;

/** ITU-T H.273: primaries and transfer characteristics by the numbers that a cICP has for them. */
const BT601_525: Chromaticities = [
  [0.63, 0.34],
  [0.31, 0.595],
  [0.155, 0.07],
  [0.3127, 0.329],
];
const PRIMARIES: Readonly<Record<number, Chromaticities>> = {
  4: [
    [0.67, 0.33],
    [0.21, 0.71],
    [0.14, 0.08],
    [0.31, 0.316],
  ],
  5: [
    [0.64, 0.33],
    [0.29, 0.6],
    [0.15, 0.06],
    [0.3127, 0.329],
  ],
  6: BT601_525,
  7: BT601_525,
  11: [
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
    [0.314, 0.351],
  ],
  1: SRGB_PRIMARIES,
  9: BT2020_PRIMARIES,
  12: P3_PRIMARIES,
};
/** ITU-R BT.1886: what screens do with BT.709, and Chromium. */
const BT709_CURVE: Curve = [2.4];
const TRANSFERS: Readonly<Record<number, Curve>> = {
  ...{ 1: BT709_CURVE, 6: BT709_CURVE, 14: BT709_CURVE, 15: BT709_CURVE },
  ...{ 4: [2.2], 5: [2.8], 8: [1], 13: SRGB_CURVE, 17: [2.6] },
};

/**
 * Which colours a PNG means. libvips takes a profile (iCCP) and reads past gAMA, cHRM and cICP, which browsers
 * apply: cICP before iCCP before sRGB before gAMA and cHRM. Those become a profile of the same meaning.
 */
export function createPngColours() {
  const found = new Map<string, Buffer>();

  const isGrey = () => ((found.get('IHDR')?.[9] ?? 0) & PALETTE_OR_COLOUR) === 0;

  /** Primaries and curve that stand in the file in another form than as a profile; `null`: none that count. */
  function meant(): { primaries: Chromaticities; curve: Curve } | null {
    const cicp = found.get('cICP');
    if (cicp?.length === 4) {
      const primaries = PRIMARIES[cicp[0] ?? 0];
      const curve = TRANSFERS[cicp[1] ?? 0];
      if (primaries !== undefined && curve !== undefined) return { primaries, curve };
    }
    if (found.has('iCCP') || found.has('sRGB')) return null;
    const gamma = found.get('gAMA')?.length === 4 ? (found.get('gAMA')?.readUInt32BE(0) ?? 0) : 0;
    const chromaticities = found.get('cHRM');
    if (gamma === 0) return null;
    if (chromaticities?.length === 32) {
      return { primaries: primariesOf(chromaticities), curve: [100_000 / gamma] };
    }
    // Without primaries browsers take this gamma for sRGB's own curve, which it approximates.
    if (Math.abs(gamma - SRGB_GAMMA) <= NEAR) return null;
    return { primaries: SRGB_PRIMARIES, curve: [100_000 / gamma] };
  }

  function profile(): Buffer | null {
    const colours = meant();
    if (colours === null) return null;
    if (colours.primaries === SRGB_PRIMARIES && colours.curve === SRGB_CURVE) return null;
    return isGrey() ? greyProfile(colours.curve) : rgbProfile(colours.primaries, colours.curve);
  }

  return {
    take(name: string, content: Buffer): void {
      if (!found.has(name)) found.set(name, content);
    },
    /** The chunk to put before the pixels, or `null` when the decoder gets the colours right without. */
    profileChunk(): Buffer | null {
      if (meant() === null) {
        const own = found.get('iCCP');
        return own === undefined ? null : chunk('iCCP', own);
      }
      const made = profile();
      if (made === null) return null;
      return chunk('iCCP', Buffer.concat([Buffer.from('-\0\0'), deflateSync(made)]));
    },
    areSrgb: () => !found.has('iCCP') && !isForeign(found.get('cICP')) && profile() === null,
  };
}

/** Whether a cICP says something else than sRGB. */
function isForeign(cicp: Buffer | undefined): boolean {
  return cicp !== undefined && !(cicp[0] === 1 && cicp[1] === 13);
}

function primariesOf(content: Buffer): Chromaticities {
  const at = (index: number): [number, number] => [
    content.readUInt32BE(index * 8) / 100_000,
    content.readUInt32BE(index * 8 + 4) / 100_000,
  ];
  // The white stands first.
  return [at(1), at(2), at(3), at(0)];
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const made = Buffer.alloc(named.length + 8);
  made.writeUInt32BE(content.length);
  named.copy(made, 4);
  made.writeUInt32BE(crc32(named), named.length + 4);
  return made;
}
