/**
 * Assembles bytes from ranges of a file and inserted bytes. Adjacent ranges are merged, so that a file of two
 * million parts makes a short list.
 */
export function createRewriter(bytes: Buffer) {
  const parts: Buffer[] = [];
  let start = 0;
  let end = 0;
  let isWhole = true;

  function flush(): void {
    if (end > start) parts.push(bytes.subarray(start, end));
    start = end;
  }

  return {
    keep(from: number, to: number): void {
      if (from !== end) {
        flush();
        start = from;
        isWhole = false;
      }
      end = to;
    },
    /** Appends bytes that are not in the file. */
    insert(extra: Buffer): void {
      flush();
      parts.push(extra);
      isWhole = false;
    },
    /** Returns the result; without a copy when it is a single range. */
    join(): Buffer {
      if (isWhole) return bytes.subarray(0, end);
      flush();
      return Buffer.concat(parts);
    },
  };
}

export type Rewriter = ReturnType<typeof createRewriter>;
