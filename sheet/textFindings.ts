import { Refusal } from '../contract/refusal';

/** Unchanged since the first version of this service: clients compare it. */
const NOT_CSV = 'Only CSV files are supported';

/**
 * Signatures of the kinds of files that people upload instead of a CSV. Text may contain any byte but NUL, and these
 * files may begin without one.
 */
const SIGNATURES: readonly Uint8Array[] = [
  '25504446', // PDF
  '504b0304', // ZIP, which includes the files of Excel and OpenDocument
  'd0cf11e0a1b11ae1', // Excel before 2007
  '1f8b', // gzip
  '377abcaf271c', // 7z
  '526172211a07', // RAR
  'fd377a585a00', // xz
  '28b52ffd', // Zstandard
  '89504e470d0a1a0a', // PNG
  'ffd8ff', // JPEG
  '474946383761', // GIF87a
  '474946383961', // GIF89a
].map(bytesOf);

/** Encodings that have a byte order mark. */
export type Unicode = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The bytes of a byte order mark. */
const MARKS: Readonly<Record<Unicode, Uint8Array>> = {
  'utf-8': bytesOf('efbbbf'),
  'utf-16le': bytesOf('fffe'),
  'utf-16be': bytesOf('feff'),
};

const UNICODE = Object.keys(MARKS) as readonly Unicode[];

/** Bytes without a meaning in Windows-1252. */
const NOT_WINDOWS_1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

const QUOTE = '"'.charCodeAt(0);

/**
 * Enough for every signature, and to see whether the characters have two bytes each: a title and a header without
 * ASCII letters may stand before the first link.
 */
const BEGINNING = 4096;

/** What the bytes of a file show about its text, before the encoding is known. */
export interface TextFindings {
  /** The encoding of the byte order mark at the beginning. */
  readonly mark: Unicode | null;
  /** `cut`: UTF-8 whose last character is incomplete. */
  readonly utf8: 'valid' | 'cut' | 'invalid';
  readonly mayBeWindows1252: boolean;
  readonly hasNul: boolean;
  /** What the beginning looks like: it has NUL in every second byte, as UTF-16 without a mark has. */
  readonly looksLike: 'utf-16le' | 'utf-16be' | null;
  /** The bytes contain an odd number of ASCII quotes. */
  readonly hasOddQuotes: boolean;
}

/** Checks of bytes for which each platform has a fast function of its own. */
export interface ByteChecks {
  readonly isAscii: (bytes: Uint8Array) => boolean;
  readonly isUtf8: (bytes: Uint8Array) => boolean;
}

export interface TextInspector {
  /** @throws Refusal `not_csv` when the file begins with the signature of another kind of file */
  add(chunk: Uint8Array): void;
  findings(): TextFindings;
}

/** Inspects a file chunk by chunk. */
export function createInspector(checks: ByteChecks): TextInspector {
  const utf8 = createUtf8Check(checks);
  let beginning: Uint8Array = new Uint8Array();
  let mayBeWindows1252 = true;
  let hasNul = false;
  let quotes = 0;
  return {
    add(chunk) {
      if (beginning.length < BEGINNING) {
        const more = chunk.subarray(0, BEGINNING - beginning.length);
        beginning = joined(beginning, more);
        if (SIGNATURES.some((kind) => startsWith(beginning, kind))) throw notCsv();
      }
      utf8.add(chunk);
      if (mayBeWindows1252 && !checks.isAscii(chunk)) {
        mayBeWindows1252 = !NOT_WINDOWS_1252.some((byte) => chunk.includes(byte));
      }
      hasNul ||= chunk.includes(0);
      quotes += quotesIn(chunk);
    },
    findings: () => ({
      mark: UNICODE.find((encoding) => startsWith(beginning, MARKS[encoding])) ?? null,
      utf8: utf8.outcome(),
      mayBeWindows1252,
      hasNul,
      looksLike: utf16Of(beginning),
      hasOddQuotes: quotes % 2 === 1,
    }),
  };
}

export function notCsv(): Refusal {
  return new Refusal('not_csv', NOT_CSV);
}

/** The event loop waits for this: an iterator over the bytes costs four times as much. */
function quotesIn(bytes: Uint8Array): number {
  const { length } = bytes;
  let quotes = 0;
  let at = 0;
  while (at < length) {
    if (bytes[at] === QUOTE) quotes += 1;
    at += 1;
  }
  return quotes;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}

function startsWith(beginning: Uint8Array, bytes: Uint8Array): boolean {
  return bytes.every((byte, at) => beginning[at] === byte);
}

function createUtf8Check({ isAscii, isUtf8 }: ByteChecks) {
  let isValid = true;
  let hasMultibyte = false;
  let incomplete: Uint8Array = new Uint8Array();
  return {
    add(chunk: Uint8Array): void {
      if (!isValid) return;
      const bytes = incomplete.length === 0 ? chunk : joined(incomplete, chunk);
      const end = bytes.length - incompleteBytes(bytes);
      const complete = bytes.subarray(0, end);
      isValid = isUtf8(complete);
      hasMultibyte ||= !isAscii(complete);
      // A copy: the stream may write into the chunk again.
      incomplete = new Uint8Array(bytes.subarray(end));
    },
    outcome(): TextFindings['utf8'] {
      if (isValid && incomplete.length === 0) return 'valid';
      // Without other characters beyond ASCII, it is rather the last letter of a text in another encoding.
      return isValid && hasMultibyte ? 'cut' : 'invalid';
    },
  };
}

/** Returns the number of bytes at the end that begin a character of UTF-8 without completing it. */
export function incompleteBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes.at(-back) ?? 0;
    if (byte < 0x80 || byte > 0xf4) return 0;
    if (byte < 0xc2) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

function utf16Of(beginning: Uint8Array): TextFindings['looksLike'] {
  let [even, odd] = [0, 0];
  beginning.forEach((byte, at) => {
    if (byte !== 0) return;
    if (at % 2 === 0) even += 1;
    else odd += 1;
  });
  // Names and titles may be in any language; links, delimiters and line ends are ASCII.
  const enough = Math.max(beginning.length / 32, 4);
  // Some letters have a NUL in their other byte, such as U+4E00, which is frequent in Chinese. In UTF-32, twice as many
  // bytes are NUL in one half of the positions as in the other.
  const isMost = (one: number, other: number) => one >= enough && one > 2 * other;
  if (isMost(odd, even)) return 'utf-16le';
  if (isMost(even, odd)) return 'utf-16be';
  return null;
}
