import { decoderOf, readTables, type HuffmanDecoder, type HuffmanTable } from './huffman';

const AC = 0x10;
/** Values in a quantisation table, of one or two bytes each. */
const QUANTISATION = 64;

/** Records the tables that a JPEG has defined so far, and which of them are used. */
export function createTables() {
  const huffman = new Map<number, HuffmanTable>();
  const unused = new Set<HuffmanTable>();
  const quantisation = new Set<number>();
  let hasSurplus = false;

  function use(id: number): HuffmanDecoder | undefined {
    const table = huffman.get(id);
    if (table === undefined) return undefined;
    unused.delete(table);
    return decoderOf(table);
  }

  return {
    /** Records a DHT segment; returns false when its length is inconsistent. */
    defineHuffman(segment: Buffer): boolean {
      const defined = readTables(segment);
      for (const [id, table] of defined ?? []) {
        const before = huffman.get(id);
        // The previous table was replaced before it was used.
        if (before !== undefined && unused.delete(before)) hasSurplus = true;
        huffman.set(id, table);
        unused.add(table);
      }
      return defined !== null;
    },
    /** Records a DQT segment; returns false when its length is inconsistent. */
    defineQuantisation(segment: Buffer): boolean {
      let at = 0;
      while (at < segment.length) {
        const head = segment[at] ?? 0;
        if (quantisation.has(head & 15)) hasSurplus = true;
        quantisation.add(head & 15);
        at += 1 + QUANTISATION * (head >> 4 === 0 ? 1 : 2);
      }
      return at === segment.length;
    },
    dc: (id: number) => use(id),
    ac: (id: number) => use(AC + id),
    /** Whether there is an unused table, given the ids of the quantisation tables that the picture uses. */
    hasSurplus: (used: readonly number[]) =>
      hasSurplus || unused.size > 0 || [...quantisation].some((id) => !used.includes(id)),
  };
}

export type Tables = ReturnType<typeof createTables>;
