const [SHORT, LONG] = [3, 4];

interface TiffFields {
  readonly compression?: number;
  /** PhotometricInterpretation. */
  readonly colours?: number;
  readonly bits?: number;
  readonly samples?: number;
  /** The content of the only strip. */
  readonly data?: Buffer;
  /** The offset of the next page, if there is one. */
  readonly next?: number;
}

/** The offset of the first page of {@link tiffOf}. */
export const FIRST_PAGE = 8;

/** Returns a TIFF of 16×8 pixels with the given fields, whether they are correct or not. */
export function tiffOf({
  compression = 1,
  colours = 1,
  bits = 8,
  samples = 1,
  next = 0,
  data = Buffer.alloc(Math.ceil((16 * bits * samples) / 8) * 8, 0x55),
}: TiffFields): Buffer {
  const entries = [
    [256, SHORT, 16] as const,
    [257, SHORT, 8] as const,
    [258, SHORT, bits] as const,
    [259, SHORT, compression] as const,
    [262, SHORT, colours] as const,
    [273, LONG, 0] as const,
    [277, SHORT, samples] as const,
    [278, SHORT, 8] as const,
    [279, LONG, data.length] as const,
  ];
  const head = Buffer.alloc(FIRST_PAGE + 2 + entries.length * 12 + 4);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(FIRST_PAGE, 4);
  head.writeUInt16LE(entries.length, FIRST_PAGE);
  const perSample = Buffer.alloc(samples * 2);
  for (let sample = 0; sample < samples; sample += 1) perSample.writeUInt16LE(bits, sample * 2);
  // Two values fit into the entry itself.
  const apart = samples > 2 ? perSample : Buffer.alloc(0);
  for (const [index, [tag, type, value]] of entries.entries()) {
    const at = FIRST_PAGE + 2 + index * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(tag === 258 ? samples : 1, at + 4);
    head.writeUInt32LE(value, at + 8);
    if (tag === 258 && samples === 2) perSample.copy(head, at + 8);
    if (tag === 258 && samples > 2) head.writeUInt32LE(head.length, at + 8);
    if (tag === 273) head.writeUInt32LE(head.length + apart.length, at + 8);
  }
  head.writeUInt32LE(next, head.length - 4);
  return Buffer.concat([head, apart, data]);
}
