import { deflateSync } from 'node:zlib';
import { pngChunk } from '../structure/pngChunk';
import {
  PRIMARIES,
  SRGB_CURVE,
  SRGB_PRIMARIES,
  TRANSFERS,
  type Chromaticities,
  type Curve,
  type ColourSpace,
} from './definitions';
import { greyProfile, rgbProfile } from './icc';

/** gAMA of sRGB: 1 / 2.2. */
const SRGB_GAMMA = 45_455;
/** Tolerance for different roundings by encoders. */
const TOLERANCE = 50;
const PALETTE_OR_COLOUR = 2;

/** ITU-R BT.1886: how screens display BT.709, and how Chromium displays such a PNG. */
const BT709_CURVE: Curve = [2.4];
const BT709 = [1, 6, 14, 15];

/**
 * Collects the colour chunks of a PNG. libvips uses a profile (iCCP) but ignores gAMA, cHRM and cICP. Browsers
 * apply them in the order cICP, iCCP, sRGB, gAMA and cHRM. They are therefore replaced by an equivalent profile.
 */
export function createPngColours() {
  const found = new Map<string, Buffer>();

  const isGrey = () => ((found.get('IHDR')?.[9] ?? 0) & PALETTE_OR_COLOUR) === 0;

  /** Returns the colour space that the file describes by other chunks than a profile, or `null`. */
  function declaredSpace(): ColourSpace | null {
    const cicp = found.get('cICP');
    if (cicp?.length === 4) {
      const primaries = PRIMARIES[cicp[0] ?? 0];
      const curve = BT709.includes(cicp[1] ?? 0) ? BT709_CURVE : TRANSFERS[cicp[1] ?? 0];
      if (primaries !== undefined && curve !== undefined) return { primaries, curve };
    }
    if (found.has('iCCP') || found.has('sRGB')) return null;
    const gamma = found.get('gAMA')?.length === 4 ? (found.get('gAMA')?.readUInt32BE(0) ?? 0) : 0;
    const chromaticities = found.get('cHRM');
    if (gamma === 0) return null;
    if (chromaticities?.length === 32) {
      return { primaries: primariesOf(chromaticities), curve: [100_000 / gamma] };
    }
    // Without primaries, browsers treat this gamma as sRGB's curve, which it approximates.
    if (Math.abs(gamma - SRGB_GAMMA) <= TOLERANCE) return null;
    return { primaries: SRGB_PRIMARIES, curve: [100_000 / gamma] };
  }

  function profile(): Buffer | null {
    const space = declaredSpace();
    if (space === null) return null;
    if (space.primaries === SRGB_PRIMARIES && space.curve === SRGB_CURVE) return null;
    return isGrey() ? greyProfile(space.curve) : rgbProfile(space.primaries, space.curve);
  }

  return {
    add(name: string, content: Buffer): void {
      if (!found.has(name)) found.set(name, content);
    },
    /** Returns the chunk to insert before the pixels, or `null` when the decoder needs none. */
    profileChunk(): Buffer | null {
      if (declaredSpace() === null) {
        const own = found.get('iCCP');
        return own === undefined ? null : pngChunk('iCCP', own);
      }
      const made = profile();
      if (made === null) return null;
      return pngChunk('iCCP', Buffer.concat([Buffer.from('-\0\0'), deflateSync(made)]));
    },
    areSrgb: () => !found.has('iCCP') && !isForeign(found.get('cICP')) && profile() === null,
  };
}

/** Whether a cICP chunk describes anything other than sRGB. */
function isForeign(cicp: Buffer | undefined): boolean {
  return cicp !== undefined && !(cicp[0] === 1 && cicp[1] === 13);
}

function primariesOf(content: Buffer): Chromaticities {
  const at = (index: number): [number, number] => [
    content.readUInt32BE(index * 8) / 100_000,
    content.readUInt32BE(index * 8 + 4) / 100_000,
  ];
  // The white point is stored first.
  return [at(1), at(2), at(3), at(0)];
}
