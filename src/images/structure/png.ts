import { crc32 } from 'node:zlib';
import { onlyOrientation } from './exif';
import { pngChunk } from './pngChunk';
import { createRewriter } from './rewriter';
import { isExactPng } from './pngData';
import { CUT_OFF, structure, type Structure, MAX_PARTS, TOO_MANY_PARTS } from './structure';
import { createPngColours } from '../colours/png';

const SIGNATURE_BYTES = 8;
/** Bytes of a chunk's length, name and checksum. */
const FRAME_BYTES = 12;
/** The critical chunks of the specification. */
const CRITICAL = ['IHDR', 'PLTE', 'IDAT', 'IEND'];
/** Chunks that are passed to the decoder: picture, transparency and colours. */
const DECODED = [...CRITICAL, 'tRNS', 'sRGB', 'gAMA', 'cHRM', 'pHYs', 'sBIT', 'bKGD'];
/** Chunks whose checksum is verified. */
const CHECKED = [...DECODED, 'iCCP', 'cICP', 'eXIf'];
/** Chunks that an original may contain, with their maximum sizes, so that they cannot contain anything else. */
const ALLOWED: Readonly<Record<string, number>> = {
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
 * Walks the chunks of a PNG (third edition). Texts are removed before decoding, since they may inflate to
 * thousands of times their size, and EXIF is reduced to the orientation. A wrong checksum is handled as in Chromium: pixel data are decoded, since they
 * contain another checksum; optional chunks, such as transparency, are ignored.
 */
export function walkPng(bytes: Buffer): Structure {
  const rewriter = createRewriter(bytes);
  rewriter.keep(0, SIGNATURE_BYTES);
  const colours = createPngColours();
  let at = SIGNATURE_BYTES;
  let isClean = true;
  let hasPixels = false;
  let hasEnd = false;
  let hasProfile = false;
  let hasExif = false;
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
    // Bytes that are not a chunk are garbage after the pixels, and a fault before them.
    if (!/^[A-Za-z]{4}$/.test(name)) {
      if (!hasPixels) return structure(bytes, { fault: `has an invalid chunk at byte ${at}` });
      isClean = false;
      break;
    }
    if (next > bytes.length) {
      if (name === 'IDAT' || !hasPixels) {
        return structure(bytes, { fault: `is cut off in its ${name} chunk` });
      }
      break;
    }
    const content = bytes.subarray(at + 8, next - 4);
    const sum = CHECKED.includes(name) ? crc32(bytes.subarray(at + 4, next - 4)) : null;
    const isSound = sum === bytes.readUInt32BE(next - 4);
    if (!isSound && (name === 'IHDR' || name === 'PLTE')) {
      return structure(bytes, { fault: `has a wrong checksum in its ${name} chunk` });
    }
    isClean &&= isSound && content.length <= (ALLOWED[name] ?? -1);
    // Frames are counted, since the number in acTL is not reliable.
    if (name === 'fcTL') frames += 1;
    // A profile is valid only before these chunks.
    if (!hasProfile && (name === 'PLTE' || name === 'IDAT')) {
      hasProfile = true;
      const profile = colours.profileChunk();
      if (profile !== null) rewriter.insert(profile);
    }
    if (!hasProfile && isSound) colours.add(name, content);
    if (name === 'IHDR') header = content;
    if (name === 'IDAT') data.push(content);
    hasPixels ||= name === 'IDAT';
    hasEnd = name === 'IEND';
    if (isSound && name === 'eXIf' && !hasExif) {
      hasExif = true;
      const exif = onlyOrientation(content);
      if (exif !== null) rewriter.insert(pngChunk('eXIf', exif));
    }
    if (isSound && DECODED.includes(name)) rewriter.keep(at, next);
    else if (sum !== null && CRITICAL.includes(name)) {
      rewriter.keep(at, next - 4);
      const right = Buffer.alloc(4);
      right.writeUInt32BE(sum);
      rewriter.insert(right);
    }
    at = next;
  }
  if (!hasPixels) return structure(bytes, { fault: CUT_OFF });
  return structure(bytes, {
    suspicion: hasEnd ? 'has pixel data (IDAT) that cannot be decoded' : CUT_OFF,
    // An APNG is never kept, because its chunks are not on the list. The note about its frames must not depend on
    // which bytes are smaller.
    isClean: isClean && hasEnd && at === bytes.length && colours.areSrgb(),
    decodable: rewriter.join(),
    frames: frames > 0 ? frames : null,
    isExact: () => isExactPng(header, data),
  });
}
