import type { Bits, HuffmanTable } from './huffman';

export interface ScanPart {
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  /** A bit for each coefficient of each block that is not zero: what refines it depends on that. */
  readonly known: Uint32Array;
}

export interface Band {
  readonly first: number;
  readonly last: number;
  /** Bits that earlier scans have left out; `null` in the first scan of a band. */
  readonly refines: boolean;
  readonly isSequential: boolean;
}

const NONE: HuffmanTable = { counts: [], symbols: Buffer.alloc(0) };

/**
 * Reads past blocks without computing them (ITU-T T.81, annexes F and G), to find where the data of a scan end.
 */
export function createBlockReader(bits: Bits, { first, last, refines, isSequential }: Band) {
  /** Blocks to come of which this scan says that nothing is left in the band. */
  let run = 0;

  function sequential({ dc = NONE, ac = NONE }: ScanPart): void {
    bits.bits(bits.symbol(dc) & 15);
    for (let at = 1; at <= 63; at += 1) {
      const symbol = bits.symbol(ac);
      if ((symbol & 15) === 0 && symbol >> 4 !== 15) return;
      at += symbol >> 4;
      bits.bits(symbol & 15);
    }
  }

  function band({ ac = NONE, known }: ScanPart, block: number): void {
    if (run > 0) {
      run -= 1;
      return;
    }
    for (let at = first; at <= last; at += 1) {
      const symbol = bits.symbol(ac);
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && zeros < 15) {
        run = 2 ** zeros - 1 + bits.bits(zeros);
        return;
      }
      at += zeros;
      if (size === 0) continue;
      bits.bits(size);
      mark(known, block, at);
    }
  }

  function refinement({ ac = NONE, known }: ScanPart, block: number): void {
    let at = first;
    while (run === 0 && at <= last) {
      const symbol = bits.symbol(ac);
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && zeros < 15) {
        run = 2 ** zeros + bits.bits(zeros);
        break;
      }
      if (size > 0) bits.bit();
      for (let left = zeros; at <= last; at += 1) {
        if (isMarked(known, block, at)) bits.bit();
        else if (left === 0) break;
        else left -= 1;
      }
      if (size > 0 && at <= last) mark(known, block, at);
      at += 1;
    }
    if (run === 0) return;
    for (; at <= last; at += 1) if (isMarked(known, block, at)) bits.bit();
    run -= 1;
  }

  return {
    read(part: ScanPart, block: number): void {
      if (isSequential) sequential(part);
      else if (first > 0) (refines ? refinement : band)(part, block);
      else if (refines) bits.bit();
      else bits.bits(bits.symbol(part.dc ?? NONE) & 15);
    },
    restart(): void {
      run = 0;
    },
  };
}

function mark(known: Uint32Array, block: number, at: number): void {
  const place = block * 2 + (at >> 5);
  known[place] = (known[place] ?? 0) | (1 << (at & 31));
}

const isMarked = (known: Uint32Array, block: number, at: number) =>
  ((known[block * 2 + (at >> 5)] ?? 0) & (1 << (at & 31))) !== 0;
