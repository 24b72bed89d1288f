/** ITU-T T.81, table B.1: the second byte of a marker. */
export const MARKER = {
  TEM: 0x01,
  SOF0: 0xc0,
  SOF2: 0xc2,
  DHT: 0xc4,
  JPG: 0xc8,
  SOF9: 0xc9,
  DAC: 0xcc,
  SOF15: 0xcf,
  RST0: 0xd0,
  RST7: 0xd7,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DRI: 0xdd,
  APP0: 0xe0,
  APP1: 0xe1,
  APP2: 0xe2,
  APP14: 0xee,
} as const;

/** A marker with its segment. */
export interface JpegPart {
  readonly code: number;
  /** The position of the marker. */
  readonly at: number;
  /** The segment without its marker and length. */
  readonly content: Buffer;
  /** The position after the content. */
  readonly end: number;
}

/** Whether a marker begins a frame (SOF0 to SOF15). */
export const isFrame = (code: number) =>
  code >= MARKER.SOF0 &&
  code <= MARKER.SOF15 &&
  code !== MARKER.DHT &&
  code !== MARKER.JPG &&
  code !== MARKER.DAC;

const isRestart = (code: number) => code >= MARKER.RST0 && code <= MARKER.RST7;

/** Whether a marker has no segment and no colourSpace outside a scan. */
export const isStandalone = (code: number) => code === MARKER.TEM || isRestart(code);

/** Returns the next marker at or after a position, or `null` when there is none or the file ends in its segment. */
export function partAt(bytes: Buffer, from: number): JpegPart | null {
  const at = markerAt(bytes, from, () => true);
  if (at === null) return null;
  const code = bytes[at + 1] ?? 0;
  if (isStandalone(code) || code === MARKER.SOI || code === MARKER.EOI) {
    return { code, at, content: bytes.subarray(at, at), end: at + 2 };
  }
  if (at + 4 > bytes.length) return null;
  const length = bytes.readUInt16BE(at + 2);
  const end = at + 2 + length;
  if (length < 2 || end > bytes.length) return null;
  return { code, at, content: bytes.subarray(at + 4, end), end };
}

/** Returns the end of the entropy-coded data at a position: the next marker other than a restart marker. */
export function endOfScan(bytes: Buffer, from: number): number {
  return markerAt(bytes, from, (code) => !isRestart(code)) ?? bytes.length;
}

function markerAt(bytes: Buffer, from: number, isWanted: (code: number) => boolean): number | null {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const code = bytes[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff && isWanted(code)) return at;
    // Any number of fill bytes (0xff) may precede a marker.
    if (code === 0xff) at += 1;
    else at = bytes.indexOf(0xff, at + 2);
  }
  return null;
}
