import sharp from 'sharp';
import { quarters } from '../../support/colours';
import { compress } from '../../support/compress';
import { picture } from '../../support/pictures';

describe('compress: metadata', () => {
  const SECRET = 'someone at 51.5 north';
  const XMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/">${SECRET}</x:xmpmeta>`;

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)('is stripped from %s', async (format) => {
    const stored = await picture(64, 48)
      .withExif({ IFD0: { Copyright: SECRET }, IFD3: { GPSLatitudeRef: 'N' } })
      .withXmp(XMP)
      .toFormat(format)
      .toBuffer();
    expect(stored.includes(SECRET)).toBe(true);
    const { bytes } = await compress(stored);
    const { exif, xmp, iptc, icc } = await sharp(bytes).metadata();
    expect({ exif, xmp, iptc, icc }).toEqual({});
    expect(bytes.includes(SECRET)).toBe(false);
  });

  /** Inserts a JPEG segment after the start of the image. */
  function withSegment(jpeg: Buffer, marker: number, content: Buffer): Buffer {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(content.length + 2, 2);
    return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
  }

  /** Photoshop's resource block 0x0404: one IPTC record, a caption. */
  function iptcOf(caption: string): Buffer {
    const record = Buffer.from(`\x1c\x02\x78\0${String.fromCharCode(caption.length)}${caption}`);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(record.length);
    const pad = Buffer.alloc(record.length % 2);
    const head = Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0', 'latin1');
    return Buffer.concat([head, size, record, pad]);
  }

  /** A TIFF of the same pixels whose directory points to a GPS directory (tag 0x8825). */
  async function tiffWithGps(): Promise<Buffer> {
    const plainTiff = await picture(64, 64)
      .tiff({ compression: 'deflate', predictor: 'horizontal' })
      .toBuffer();
    const old = plainTiff.readUInt32LE(4);
    const count = plainTiff.readUInt16LE(old);
    const entries = plainTiff.subarray(old + 2, old + 2 + count * 12);
    const directory = plainTiff.length + (plainTiff.length % 2);
    const gps = directory + 2 + (count + 1) * 12 + 4;
    const pointer = Buffer.alloc(12);
    pointer.writeUInt16LE(0x8825, 0);
    pointer.writeUInt16LE(4, 2);
    pointer.writeUInt32LE(1, 4);
    pointer.writeUInt32LE(gps, 8);
    const number = Buffer.from([count + 1, 0]);
    const latitudeRef = Buffer.from([1, 0, 1, 0, 2, 0, 2, 0, 0, 0, 0x4e, 0, 0, 0, 0, 0, 0, 0]);
    const start = Buffer.from(plainTiff);
    start.writeUInt32LE(directory, 4);
    const gap = Buffer.alloc(directory - plainTiff.length);
    const end = Buffer.alloc(4);
    return Buffer.concat([start, gap, number, entries, pointer, end, latitudeRef]);
  }

  const small = () => quarters(32, 32).jpeg({ quality: 1, mozjpeg: true }).toBuffer();

  it.each([
    [
      'EXIF',
      () =>
        quarters(32, 32)
          .withExif({ IFD0: { Copyright: 'C' } })
          .jpeg({ quality: 1 }),
    ],
    ['XMP', () => quarters(32, 32).withXmp('<x/>').jpeg({ quality: 1 })],
    [
      'an orientation',
      () => quarters(32, 32).withMetadata({ orientation: 3 }).jpeg({ quality: 1 }),
    ],
  ])('is never kept with the original: %s', async (_, stored) => {
    const original = await stored().toBuffer();
    const { bytes } = await compress(original, { quality: 100 });
    expect(bytes.equals(original)).toBe(false);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    expect((await sharp(bytes).metadata()).xmp).toBeUndefined();
  });

  it('is never kept with the original: IPTC', async () => {
    const original = withSegment(await small(), 0xed, iptcOf(SECRET));
    expect((await sharp(original).metadata()).iptc).toBeDefined();
    const { bytes } = await compress(original, { quality: 100 });
    expect(bytes.length).toBeGreaterThan(original.length);
    expect(bytes.includes(SECRET)).toBe(false);
  });

  it('is never kept with the original: the location in a TIFF', async () => {
    const original = await tiffWithGps();
    const { bytes } = await compress(original, { effort: 'fast' });
    expect(bytes.length).toBeGreaterThan(original.length);
  });

  it('is never kept with the original: XMP in a GIF', async () => {
    const gif = await picture(64, 64).gif({ colours: 8 }).toBuffer();
    // An application extension, before the trailer that ends the file.
    const length = String.fromCharCode(SECRET.length);
    const xmp = Buffer.from(`!\xff\x0bXMP DataXMP${length}${SECRET}\0`, 'latin1');
    const original = Buffer.concat([gif.subarray(0, -1), xmp, gif.subarray(-1)]);
    const { bytes } = await compress(original, { effort: 'fast' });
    expect(bytes.length).toBeGreaterThan(original.length);
    expect(bytes.includes(SECRET)).toBe(false);
  });
});
