import { inSlices, type Pause } from '../inSlices';

/** Codes of GIF's LZW have this many bits at most. */
const MAX_BITS = 12;
/** Bytes read in one go: some milliseconds. */
const SLICE = 262_144;

/**
 * Whether the data of a GIF's picture end with the code that ends them: the sub-blocks have room for more behind it.
 *
 * @param from where the size of the first code stands, before the sub-blocks
 * @param to behind the empty sub-block that ends them
 */
export async function endsWithItsCodes(
  bytes: Buffer,
  from: number,
  to: number,
  pause: Pause,
): Promise<boolean> {
  const first = bytes[from] ?? 0;
  if (first < 1 || first >= MAX_BITS) return false;
  const clear = 1 << first;
  const end = clear + 1;
  let size = first + 1;
  /** The code that the next new string gets; none comes of the first code behind a clear code. */
  let next = end;
  let [bits, left] = [0, 0];
  /** Behind the byte in which the code ends that ends all; 0: it has not come yet. */
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

  await inSlices(
    to - from - 1,
    SLICE,
    (start, stop) => {
      for (let at = from + 1 + start; at < from + 1 + stop; at += 1) {
        if (at === blockEnd) blockEnd = at + 1 + (bytes[at] ?? 0);
        else if (reached === 0) takeByte(at);
      }
    },
    pause,
  );
  return reached === to - 1;
}
