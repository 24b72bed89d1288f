import { decoderOf, readTables, type HuffmanDecoder, type HuffmanTable } from './huffman';

const AC = 0x10;
/** Numbers of a table of quantisation, of one or two bytes each. */
const QUANTISATION = 64;

/** The tables that a JPEG has defined so far, and whether each of them is used. */
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
    /** Takes a DHT segment; false when it does not add up. */
    defineHuffman(segment: Buffer): boolean {
      const defined = readTables(segment);
      for (const [id, table] of defined ?? []) {
        const before = huffman.get(id);
        // Nothing has used it, and nothing will.
        if (before !== undefined && unused.delete(before)) hasSurplus = true;
        huffman.set(id, table);
        unused.add(table);
      }
      return defined !== null;
    },
    /** Takes a DQT segment; false when it does not add up. */
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
    /** Whether there is a table that the picture can do without, given those of quantisation that it uses. */
    hasSurplus: (used: readonly number[]) =>
      hasSurplus || unused.size > 0 || [...quantisation].some((id) => !used.includes(id)),
  };
}

export type Tables = ReturnType<typeof createTables>;
