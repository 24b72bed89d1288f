import { crc32, deflateSync } from 'node:zlib';
import {
  PRIMARIES,
  SRGB_CURVE,
  SRGB_PRIMARIES,
  TRANSFERS,
  type Chromaticities,
  type Curve,
  type Meaning,
} from './definitions';
import { greyProfile, rgbProfile } from './icc';

/** gAMA of sRGB: 1 / 2.2. */
const SRGB_GAMMA = 45_455;
/** What writers round it to. */
const NEAR = 50;
const PALETTE_OR_COLOUR = 2;

/** ITU-R BT.1886: what screens do with the signal of BT.709, and Chromium with a PNG's. */
const BT709_CURVE: Curve = [2.4];
const BT709 = [1, 6, 14, 15];

/**
 * Which colours a PNG means. libvips takes a profile (iCCP) and reads past gAMA, cHRM and cICP, which browsers
 * apply: cICP before iCCP before sRGB before gAMA and cHRM. Those become a profile of the same meaning.
 */
export function createPngColours() {
  const found = new Map<string, Buffer>();

  const isGrey = () => ((found.get('IHDR')?.[9] ?? 0) & PALETTE_OR_COLOUR) === 0;

  /** Primaries and curve that stand in the file in another form than as a profile; `null`: none that count. */
  function meant(): Meaning | null {
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
