import type { Metadata } from 'sharp';

const CLASSIC_TIFF = 42;
const IFD_ENTRY_BYTES = 12;
/** Tags that point to a directory of their own: EXIF and GPS. */
const POINTERS = [0x8769, 0x8825];

/** Whether a file carries, or may carry, EXIF or XMP that libvips reads past. */
export function hidesMetadata(bytes: Buffer, { format, pages = 1 }: Metadata): boolean {
  if (format === 'gif') return bytes.includes('XMP DataXMP');
  // Only the first page's directory is read here.
  return format === 'tiff' && (pages > 1 || pointsToExif(bytes));
}

function pointsToExif(bytes: Buffer): boolean {
  const isLittle = bytes[0] === 0x49;
  const short = (at: number) => (isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  try {
    if (short(2) !== CLASSIC_TIFF) return true;
    const directory = long(4);
    const tags = Array.from({ length: short(directory) }, (_, index) =>
      short(directory + 2 + index * IFD_ENTRY_BYTES),
    );
    return tags.some((tag) => POINTERS.includes(tag));
  } catch {
    // A directory beyond the end: nothing is known about such a file.
    return true;
  }
}
