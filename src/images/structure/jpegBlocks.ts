import { OutOfData, type Bits, type HuffmanDecoder } from './huffman';

export interface ScanPart {
  readonly dc: HuffmanDecoder | undefined;
  readonly ac: HuffmanDecoder | undefined;
  /** One bit for each coefficient of each block, set when it is not zero. Refinement scans depend on it. */
  readonly known: Uint32Array;
}

export interface Band {
  readonly first: number;
  readonly last: number;
  /** The scan adds one bit to coefficients of earlier scans. */
  readonly refines: boolean;
  readonly isSequential: boolean;
}

/**
 * Creates a reader that skips blocks without computing them (ITU-T T.81, annexes F and G), to find the end of a
 * scan's data.
 */
export function createBlockReader(bits: Bits, { first, last, refines, isSequential }: Band) {
  /** The number of following blocks without further coefficients in the band (end-of-band run). */
  let run = 0;
  const mask = [0, 0];
  for (let at = first; at <= last; at += 1) mask[at >> 5] = (mask[at >> 5] ?? 0) | (1 << (at & 31));
  const [low = 0, high = 0] = mask;

  function sequential({ dc, ac }: ScanPart): void {
    if (dc === undefined || ac === undefined) throw new OutOfData();
    bits.take(bits.symbol(dc) & 15);
    for (let at = 1; at <= 63; at += 1) {
      const symbol = bits.symbol(ac);
      if ((symbol & 15) === 0 && symbol >> 4 !== 15) return;
      at += symbol >> 4;
      bits.take(symbol & 15);
    }
  }

  function band({ ac, known }: ScanPart, block: number): void {
    if (run > 0) {
      run -= 1;
      return;
    }
    if (ac === undefined) throw new OutOfData();
    for (let at = first; at <= last; at += 1) {
      const symbol = bits.symbol(ac);
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && zeros < 15) {
        run = 2 ** zeros - 1 + bits.take(zeros);
        return;
      }
      at += zeros;
      if (size === 0) continue;
      bits.take(size);
      if (at <= last) mark(known, block, at);
    }
  }

  function refinement({ ac, known }: ScanPart, block: number): void {
    // A fast path, since a picture may consist mostly of such runs.
    if (run > 0 && !isAnyKnown(known, block)) {
      run -= 1;
      return;
    }
    if (ac === undefined) throw new OutOfData();
    let at = first;
    while (run === 0 && at <= last) {
      const symbol = bits.symbol(ac);
      const [zeros, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && zeros < 15) {
        run = 2 ** zeros + bits.take(zeros);
        break;
      }
      if (size > 0) bits.take(1);
      for (let left = zeros; at <= last; at += 1) {
        if (isMarked(known, block, at)) bits.take(1);
        else if (left === 0) break;
        else left -= 1;
      }
      if (size > 0 && at <= last) mark(known, block, at);
      at += 1;
    }
    if (run === 0) return;
    for (; at <= last; at += 1) if (isMarked(known, block, at)) bits.take(1);
    run -= 1;
  }

  const isAnyKnown = (known: Uint32Array, block: number) =>
    (((known[block * 2] ?? 0) & low) | ((known[block * 2 + 1] ?? 0) & high)) !== 0;

  function dcOnly({ dc }: ScanPart): void {
    if (refines) bits.take(1);
    else if (dc === undefined) throw new OutOfData();
    else bits.take(bits.symbol(dc) & 15);
  }

  return {
    read: isSequential ? sequential : first === 0 ? dcOnly : refines ? refinement : band,
    restart(): void {
      run = 0;
    },
  };
}

function mark(known: Uint32Array, block: number, at: number): void {
  const index = block * 2 + (at >> 5);
  known[index] = (known[index] ?? 0) | (1 << (at & 31));
}

const isMarked = (known: Uint32Array, block: number, at: number) =>
  ((known[block * 2 + (at >> 5)] ?? 0) & (1 << (at & 31))) !== 0;
