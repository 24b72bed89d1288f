/** A Huffman table of a JPEG (ITU-T T.81, annex C): the number of codes of each length, and their symbols. */
export interface HuffmanTable {
  readonly counts: Buffer;
  readonly symbols: Buffer;
}

const LENGTHS = 16;
/** Codes up to this length are found by a single table lookup. */
const SHORT = 9;
const SHORT_CODES = 1 << SHORT;

/** Returns the tables of a DHT segment by class and number, or `null` when its length is inconsistent. */
export function readTables(segment: Buffer): (readonly [id: number, HuffmanTable])[] | null {
  const tables: (readonly [number, HuffmanTable])[] = [];
  let at = 0;
  while (at + 1 + LENGTHS <= segment.length) {
    const counts = segment.subarray(at + 1, at + 1 + LENGTHS);
    let size = 0;
    for (const count of counts) size += count;
    const from = at + 1 + LENGTHS;
    tables.push([segment[at] ?? 0, { counts, symbols: segment.subarray(from, from + size) }]);
    at = from + size;
  }
  return at === segment.length ? tables : null;
}

/** A table prepared for decoding. */
export interface HuffmanDecoder {
  /** The entry for the next 9 bits: length × 256 + symbol, or 0 for a longer code. */
  readonly short: Uint16Array;
  readonly table: HuffmanTable;
}

export function decoderOf(table: HuffmanTable): HuffmanDecoder {
  const short = new Uint16Array(SHORT_CODES);
  let [code, index] = [0, 0];
  for (let length = 1; length <= SHORT; length += 1) {
    const step = 1 << (SHORT - length);
    for (let count = table.counts[length - 1] ?? 0; count > 0; count -= 1) {
      const entry = length * 256 + (table.symbols[index] ?? 0);
      short.fill(entry, code * step, (code + 1) * step);
      code += 1;
      index += 1;
    }
    code *= 2;
  }
  return { short, table };
}

/**
 * Reads bits of entropy-coded data. It throws {@link OutOfData} at a marker, at the end, and for an invalid code.
 */
export function createBits(bytes: Buffer, from: number) {
  let at = from;
  /** The last bits read from the file; the low `left` bits have not been consumed. */
  let bits = 0;
  let left = 0;

  function fill(): void {
    while (left < 24 && at < bytes.length) {
      const byte = bytes[at] ?? 0;
      if (byte === 0xff) {
        if (bytes[at + 1] !== 0) return;
        at += 1;
      }
      at += 1;
      bits = (bits << 8) | byte;
      left += 8;
    }
  }

  /** @param count at most 16 */
  function take(count: number): number {
    if (left < count) {
      fill();
      if (left < count) throw new OutOfData();
    }
    left -= count;
    return (bits >>> left) & ((1 << count) - 1);
  }

  function longSymbol({ counts, symbols }: HuffmanTable): number {
    let [code, first, index] = [0, 0, 0];
    for (const count of counts) {
      code = code * 2 + take(1);
      if (code - first < count) return symbols[index + code - first] ?? 0;
      index += count;
      first = (first + count) * 2;
    }
    throw new OutOfData();
  }

  return {
    take,
    symbol({ short, table }: HuffmanDecoder): number {
      if (left < SHORT) fill();
      const next = left < SHORT ? bits << (SHORT - left) : bits >>> (left - SHORT);
      const found = short[next & (SHORT_CODES - 1)] ?? 0;
      const length = found >> 8;
      if (length === 0 || length > left) return longSymbol(table);
      left -= length;
      return found & 255;
    },
    /** Returns the position after the last byte with a consumed bit; the rest of that byte is padding. */
    align(): number {
      for (; left >= 8; left -= 8) at -= bytes[at - 1] === 0 && bytes[at - 2] === 0xff ? 2 : 1;
      left = 0;
      return at;
    },
    moveTo(position: number): void {
      at = position;
      left = 0;
    },
  };
}

export type Bits = ReturnType<typeof createBits>;

export class OutOfData extends Error {
  override readonly name = 'OutOfData';
}
