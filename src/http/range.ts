import parseRange from 'range-parser';
import type { ByteRange } from '../storage/fileStore';

const ONE_RANGE = /^bytes=(\d*)-(\d*)$/i;

/**
 * Reads a `Range` header (RFC 9110 §14.2).
 *
 * @returns `undefined` for several ranges or an invalid header: the answer is then the whole file
 */
export function readRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = ONE_RANGE.exec(header) ?? [];
  if (first === '' && last === '') return undefined;
  // Two cases that range-parser calls unsatisfiable: an end before the start, and a suffix longer than the file.
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (first === '' && Number(last) > size) return { start: 0, end: size - 1 };
  const ranges = parseRange(size, header);
  return (typeof ranges === 'number' ? undefined : ranges[0]) ?? 'unsatisfiable';
}
