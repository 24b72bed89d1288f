import { crc32 } from 'node:zlib';
import { createKept } from './kept';
import { isExactPng } from './pngData';
import { CUT_OFF, structure, type Structure, MAX_PARTS, TOO_MANY_PARTS } from './structure';
import { createPngColours } from '../colours/png';

const SIGNATURE_BYTES = 8;
/** A length, a name and a check sum. */
const FRAME_BYTES = 12;
/** Chunks without which there is no picture. */
const CRITICAL = ['IHDR', 'PLTE', 'IDAT', 'IEND'];
/** Chunks that the decoder gets: the picture, its transparency, its colours and its orientation. */
const DECODED = [...CRITICAL, 'tRNS', 'sRGB', 'gAMA', 'cHRM', 'eXIf', 'pHYs', 'sBIT', 'bKGD'];
/** Chunks whose check sum matters. */
const CHECKED = [...DECODED, 'iCCP', 'cICP'];
/** Chunks that may stay in an original, and the bytes that they have at most: no room for anything else. */
const SHOWN: Readonly<Record<string, number>> = {
  IHDR: 13,
  PLTE: 768,
  tRNS: 256,
  IDAT: Infinity,
  IEND: 0,
  sRGB: 1,
  gAMA: 4,
  cHRM: 32,
  pHYs: 9,
  sBIT: 4,
  bKGD: 6,
};

/**
 * PNG, third edition. Texts are taken out before the decoder sees them: they may unpack to thousands of times
 * their size. A wrong check sum means what it means in Chromium: pixel data is decoded, since it has another one inside,
 * and what can be missing, such as transparency, is left out.
 */
export function walkPng(bytes: Buffer): Structure {
  const kept = createKept(bytes);
  kept.keep(0, SIGNATURE_BYTES);
  const colours = createPngColours();
  let at = SIGNATURE_BYTES;
  let isClean = true;
  let hasPixels = false;
  let hasEnd = false;
  let hasProfile = false;
  let frames = 0;
  let header: Buffer = bytes.subarray(0, 0);
  const data: Buffer[] = [];

  let parts = 0;
  while (at + 8 <= bytes.length && !hasEnd) {
    parts += 1;
    if (parts > MAX_PARTS) return structure(bytes, { fault: TOO_MANY_PARTS });
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const next = at + FRAME_BYTES + length;
    if (at === SIGNATURE_BYTES && name !== 'IHDR') {
      return structure(bytes, { fault: 'does not begin with its header (IHDR)' });
    }
    // Bytes that make no chunk: behind the pixels they are garbage, before them something is missing.
    if (!/^[A-Za-z]{4}$/.test(name)) {
      if (!hasPixels) return structure(bytes, { fault: `has no chunk at byte ${at}` });
      isClean = false;
      break;
    }
    if (next > bytes.length) {
      if (name === 'IDAT' || !hasPixels) {
        return structure(bytes, { fault: `is cut off in its chunk ${name}` });
      }
      break;
    }
    const content = bytes.subarray(at + 8, next - 4);
    const sum = CHECKED.includes(name) ? crc32(bytes.subarray(at + 4, next - 4)) : null;
    const isSound = sum === bytes.readUInt32BE(next - 4);
    if (!isSound && (name === 'IHDR' || name === 'PLTE')) {
      return structure(bytes, { fault: `has a wrong check sum in its chunk ${name}` });
    }
    isClean &&= isSound && content.length <= (SHOWN[name] ?? -1);
    // Counted, as the number that acTL says may be any.
    if (name === 'fcTL') frames += 1;
    // A profile counts before these only.
    if (!hasProfile && (name === 'PLTE' || name === 'IDAT')) {
      hasProfile = true;
      const profile = colours.profileChunk();
      if (profile !== null) kept.insert(profile);
    }
    if (!hasProfile && isSound) colours.take(name, content);
    if (name === 'IHDR') header = content;
    if (name === 'IDAT') data.push(content);
    hasPixels ||= name === 'IDAT';
    hasEnd = name === 'IEND';
    if (isSound && DECODED.includes(name)) kept.keep(at, next);
    else if (sum !== null && CRITICAL.includes(name)) {
      kept.keep(at, next - 4);
      const right = Buffer.alloc(4);
      right.writeUInt32BE(sum);
      kept.insert(right);
    }
    at = next;
  }
  if (!hasPixels) return structure(bytes, { fault: CUT_OFF });
  return structure(bytes, {
    suspicion: hasEnd ? 'has pixel data (IDAT) that cannot be decoded' : CUT_OFF,
    // An APNG is not kept, as its chunks are not on the list: what is said of its frames must not depend on which
    // bytes are smaller.
    isClean: isClean && hasEnd && at === bytes.length && colours.areSrgb(),
    decodable: kept.join(),
    frames: frames > 0 ? frames : null,
    isExact: (pause) => isExactPng(header, data, pause),
  });
}
