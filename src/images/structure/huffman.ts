/** A Huffman table of a JPEG (ITU-T T.81, annex C): for each length of a code the first code and its symbol. */
export interface HuffmanTable {
  readonly counts: readonly number[];
  readonly symbols: Buffer;
}

/** Reads what a DHT segment defines into `tables`, under class and number; false when it does not add up. */
export function readTables(segment: Buffer, tables: Map<number, HuffmanTable>): boolean {
  let at = 0;
  while (at + 17 <= segment.length) {
    const counts = [...segment.subarray(at + 1, at + 17)];
    const size = counts.reduce((sum, count) => sum + count, 0);
    const symbols = segment.subarray(at + 17, at + 17 + size);
    tables.set(segment[at] ?? 0, { counts, symbols });
    at += 17 + size;
  }
  return at === segment.length;
}

/** Reads bits of entropy-coded data; it throws {@link OutOfData} at a marker, at the end, and at no code at all. */
export function createBits(bytes: Buffer, from: number) {
  let at = from;
  let current = 0;
  let left = 0;

  function bit(): number {
    if (left === 0) {
      if (at >= bytes.length) throw new OutOfData();
      current = bytes[at] ?? 0;
      if (current === 0xff) {
        if (bytes[at + 1] !== 0) throw new OutOfData();
        at += 1;
      }
      at += 1;
      left = 8;
    }
    left -= 1;
    return (current >> left) & 1;
  }

  return {
    bit,
    bits(count: number): number {
      let value = 0;
      for (let index = 0; index < count; index += 1) value = value * 2 + bit();
      return value;
    },
    symbol({ counts, symbols }: HuffmanTable): number {
      let [code, first, index] = [0, 0, 0];
      for (const count of counts) {
        code = code * 2 + bit();
        if (code - first < count) return symbols[index + code - first] ?? 0;
        index += count;
        first = (first + count) * 2;
      }
      throw new OutOfData();
    },
    /** Behind the last byte of which a bit was read; the rest of that byte is padding. */
    align(): number {
      left = 0;
      return at;
    },
    moveTo(place: number): void {
      at = place;
      left = 0;
    },
  };
}

export type Bits = ReturnType<typeof createBits>;

export class OutOfData extends Error {
  override readonly name = 'OutOfData';
}
