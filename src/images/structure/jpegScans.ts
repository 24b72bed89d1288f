import type { Frame } from './jpegFrame';

const COEFFICIENTS = 64;
/** The maximum for one scan. */
const MAX_COMPONENTS = 4;

/** Records which coefficients of which components the scans of a JPEG contain. */
export function createScans() {
  let count = 0;
  /** For each component, 1 for every coefficient that is known to its last bit. */
  const known = new Map<number, Uint8Array>();

  return {
    count: () => count,

    /**
     * Records the header of a scan. In a sequential picture only one value of its last three bytes is valid, but
     * some cameras write zeros.
     *
     * @returns the corrected segment, or `null` when the header is valid
     */
    begin(frame: Frame | null, header: Buffer): Buffer | null {
      count += 1;
      const components = Math.min(header[0] ?? 0, MAX_COMPONENTS);
      const parameters = 1 + components * 2;
      if (frame === null || header.length !== parameters + 3) return null;
      const [first = 0, last = 0, bits = 0] = header.subarray(parameters, parameters + 3);
      const isWhole = frame.isSequential;
      for (let index = 0; index < components; index += 1) {
        const id = header[1 + index * 2] ?? 0;
        const coefficients = known.get(id) ?? new Uint8Array(COEFFICIENTS);
        known.set(id, coefficients);
        const to = isWhole ? COEFFICIENTS - 1 : Math.min(last, COEFFICIENTS - 1);
        // The low half of the byte is the number of bits that are still missing.
        if (!isWhole && bits % 16 !== 0) continue;
        coefficients.fill(1, isWhole ? 0 : first, to + 1);
      }
      if (!isWhole || (first === 0 && last === COEFFICIENTS - 1 && bits === 0)) return null;
      const size = Buffer.from([0xff, 0xda, 0, header.length + 2]);
      const fixed = Buffer.from(header);
      fixed.set([0, COEFFICIENTS - 1, 0], parameters);
      return Buffer.concat([size, fixed]);
    },

    /** Whether every coefficient of every component is present, so that only the end marker may be missing. */
    isComplete: ({ components }: Frame) =>
      components.every((id) => known.get(id)?.every((bit) => bit === 1) === true),
  };
}
