/** Parts of a file that are kept, neighbours joined, so that a file of two million parts stays a short list. */
export function createKept(bytes: Buffer) {
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
    /** Bytes that stand in no file, put behind what is kept so far. */
    insert(extra: Buffer): void {
      flush();
      parts.push(extra);
      isWhole = false;
    },
    /** Without a copy where what is kept is one piece. */
    join(): Buffer {
      if (isWhole) return bytes.subarray(0, end);
      flush();
      return Buffer.concat(parts);
    },
  };
}

export type Kept = ReturnType<typeof createKept>;
