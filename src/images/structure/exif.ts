/**
 * EXIF (CIPA DC-008) as far as it changes the picture: the orientation. The decoder parses all of it, and follows each
 * of thousands of pointers to the same directory: 64 KB take six seconds. It therefore gets only what is written here.
 */

const ORIENTATION = 0x0112;
const ENTRY_BYTES = 12;
/** The types of whole numbers by TIFF 6.0, and how to read their first value. Cameras do not all write a SHORT. */
const [BYTE, SHORT, LONG, SBYTE, SSHORT, SLONG] = [1, 3, 4, 6, 8, 9];
const UPRIGHT = 1;
const MAX_ORIENTATION = 8;

/** The beginning of EXIF in a JPEG, and of some in WebP. */
export const EXIF_PREFIX = Buffer.from('Exif\0\0', 'latin1');

/**
 * Returns EXIF that contains nothing but the orientation of the given one.
 *
 * @param exif without the prefix
 * @returns `null` when the picture is upright
 */
export function onlyOrientation(exif: Buffer): Buffer | null {
  const orientation = orientationOf(exif);
  if (orientation === UPRIGHT) return null;
  return Buffer.from([
    ...Buffer.from('MM\0*\0\0\0\x08\0\x01', 'latin1'),
    ...[ORIENTATION >> 8, ORIENTATION & 0xff, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0],
    ...[0, 0, 0, 0],
  ]);
}

function orientationOf(exif: Buffer): number {
  const order = exif.toString('latin1', 0, 4);
  const little = order === 'II*\0';
  if ((!little && order !== 'MM\0*') || exif.length < 10) return UPRIGHT;
  const short = (at: number) => (little ? exif.readUInt16LE(at) : exif.readUInt16BE(at));
  const long = (at: number) => (little ? exif.readUInt32LE(at) : exif.readUInt32BE(at));

  function valueAt(at: number): number {
    const [type, count] = [short(at + 2), long(at + 4)];
    if (type === BYTE || type === SBYTE) return count >= 1 && count <= 4 ? (exif[at + 8] ?? 0) : 0;
    if (type === SHORT || type === SSHORT) return count === 1 || count === 2 ? short(at + 8) : 0;
    return (type === LONG || type === SLONG) && count === 1 ? long(at + 8) : 0;
  }

  const directory = long(4);
  if (directory + 2 > exif.length) return UPRIGHT;
  const end = Math.min(directory + 2 + short(directory) * ENTRY_BYTES, exif.length);
  for (let at = directory + 2; at + ENTRY_BYTES <= end; at += ENTRY_BYTES) {
    if (short(at) !== ORIENTATION) continue;
    const value = valueAt(at);
    return value > UPRIGHT && value <= MAX_ORIENTATION ? value : UPRIGHT;
  }
  return UPRIGHT;
}
