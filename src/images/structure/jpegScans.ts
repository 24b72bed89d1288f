import type { Frame } from './jpegFrame';

const COEFFICIENTS = 64;
/** Of one scan. */
const MAX_COMPONENTS = 4;

/** Remembers which coefficients of which components the scans of a JPEG have brought. */
export function createScans() {
  let count = 0;
  /** For each component the coefficients that are known to their last bit, marked by 1. */
  const known = new Map<number, Uint8Array>();

  return {
    count: () => count,

    /**
     * Takes the header of a scan. Of a sequential picture there is one right content for its last three bytes,
     * and some cameras write zeros.
     *
     * @returns the segment to read in its place, or `null` when it is right
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
        // The low half of the byte: how many bits are still to come.
        if (!isWhole && bits % 16 !== 0) continue;
        coefficients.fill(1, isWhole ? 0 : first, to + 1);
      }
      if (!isWhole || (first === 0 && last === COEFFICIENTS - 1 && bits === 0)) return null;
      const size = Buffer.from([0xff, 0xda, 0, header.length + 2]);
      const fixed = Buffer.from(header);
      fixed.set([0, COEFFICIENTS - 1, 0], parameters);
      return Buffer.concat([size, fixed]);
    },

    /** Whether every coefficient of every component has come, so that nothing is missing but the end mark. */
    isComplete: ({ components }: Frame) =>
      components.every((id) => known.get(id)?.every((bit) => bit === 1) === true),
  };
}
