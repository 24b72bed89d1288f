/**
 * Returns EXIF whose entries all point to the same bytes, so that a reader that copies each of them needs many times
 * the size of the file.
 *
 * @param count the number of entries of each of the two directories
 * @param size the number of bytes that each entry points to
 */
export function exifOf(count: number, size: number): Buffer {
  const directory = Buffer.alloc(2 + count * 12 + 4);
  directory.writeUInt16LE(count, 0);
  for (let index = 0; index < count; index += 1) {
    const at = 2 + index * 12;
    // Make, Model and other texts of the first directory.
    directory.writeUInt16LE(index % 2 === 0 ? 271 : 272 + (index % 200), at);
    directory.writeUInt16LE(2, at + 2);
    directory.writeUInt32LE(size, at + 4);
    directory.writeUInt32LE(8 + directory.length, at + 8);
  }
  return Buffer.concat([
    Buffer.from('II*\0\x08\0\0\0', 'latin1'),
    directory,
    Buffer.alloc(size, 65),
  ]);
}

/** Returns EXIF with one number in its first directory. */
export function exifWith(tag: number, value: number, next = 0): Buffer {
  const exif = Buffer.alloc(26);
  exif.write('II*\0\x08\0\0\0', 'latin1');
  exif.writeUInt16LE(1, 8);
  exif.writeUInt16LE(tag, 10);
  exif.writeUInt16LE(3, 12);
  exif.writeUInt32LE(1, 14);
  exif.writeUInt32LE(value, 18);
  exif.writeUInt32LE(next, 22);
  return exif;
}

/** Returns EXIF whose entries all are pointers to its own first directory, and which is also the next one. */
export function circularExif(count: number): Buffer {
  const exif = Buffer.alloc(8 + 2 + count * 12 + 4);
  exif.write('II*\0\x08\0\0\0', 'latin1');
  exif.writeUInt16LE(count, 8);
  for (let at = 10; at + 12 <= exif.length; at += 12) {
    exif.writeUInt16LE(0x8769, at);
    exif.writeUInt16LE(4, at + 2);
    exif.writeUInt32LE(1, at + 4);
    exif.writeUInt32LE(8, at + 8);
  }
  exif.writeUInt32LE(8, exif.length - 4);
  return exif;
}
