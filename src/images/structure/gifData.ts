import { inBatches } from '../inBatches';

/** The maximum length of GIF's LZW codes. */
const MAX_BITS = 12;
/** Bytes per batch: a few milliseconds of work. */
const BATCH_SIZE = 262_144;

/**
 * Whether the data of a GIF frame end with the end code. The sub-blocks could contain other bytes after it.
 *
 * @param from the position of the initial code size, before the sub-blocks
 * @param to the position after the empty sub-block at the end
 */
export async function endsWithEndCode(bytes: Buffer, from: number, to: number): Promise<boolean> {
  const first = bytes[from] ?? 0;
  if (first < 1 || first >= MAX_BITS) return false;
  const clear = 1 << first;
  const end = clear + 1;
  let size = first + 1;
  /** The code of the next new string. The first code after a clear code adds none. */
  let next = end;
  let [bits, left] = [0, 0];
  /** The position after the byte with the end code; 0 before it is found. */
  let reached = 0;
  let blockEnd = from + 1;

  function takeByte(at: number): void {
    bits |= (bytes[at] ?? 0) << left;
    left += 8;
    while (left >= size && reached === 0) {
      const code = bits & ((1 << size) - 1);
      bits >>>= size;
      left -= size;
      if (code === end) reached = at + 1;
      else if (code === clear) [size, next] = [first + 1, end];
      else {
        next = Math.min(next + 1, 1 << MAX_BITS);
        if (next === 1 << size && size < MAX_BITS) size += 1;
      }
    }
  }

  await inBatches(to - from - 1, BATCH_SIZE, (start, stop) => {
    for (let at = from + 1 + start; at < from + 1 + stop; at += 1) {
      if (at === blockEnd) blockEnd = at + 1 + (bytes[at] ?? 0);
      else if (reached === 0) takeByte(at);
    }
  });
  return reached === to - 1;
}
