import { createReadStream } from 'node:fs';
import { Refusal } from '../errors';

/** Unchanged since the first version of this service: clients compare it. */
const NOT_CSV = 'Only CSV files are supported';

/**
 * Signatures of the kinds of files that people upload instead of a CSV. Text may contain any byte but NUL, and these
 * files may begin without one.
 */
const SIGNATURES: readonly Buffer[] = [
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
].map((hex) => Buffer.from(hex, 'hex'));

const LONGEST_SIGNATURE = Math.max(...SIGNATURES.map(({ length }) => length));

/** The end-of-text mark of CP/M and DOS. Old programs still write it, sometimes repeatedly to fill a block. */
const END_OF_TEXT = '\u001a';

/**
 * Streams the text of a file, without a byte order mark and without end-of-text marks at the end.
 *
 * @throws Refusal `not_csv` when the file is of another kind or contains NUL, `invalid` when it is not UTF-8
 */
export async function* readText(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const checkContent = createContentCheck();
  let isEmpty = true;
  let held = '';
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    isEmpty = false;
    checkContent(chunk);
    const text = held + decode(() => decoder.decode(chunk, { stream: true }));
    let end = text.length;
    while (end > 0 && text.charAt(end - 1) === END_OF_TEXT) end -= 1;
    held = text.slice(end);
    if (end > 0) yield text.slice(0, end);
  }
  if (isEmpty) throw new Refusal('invalid', 'Expected a header and rows, received an empty file');
  decode(() => decoder.decode());
}

const QUOTE = '"'.charCodeAt(0);

/** Whether the number of quotes in a file is odd: at least one is missing or surplus. */
export async function hasOddQuotes(file: string): Promise<boolean> {
  let quotes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (const byte of chunk) if (byte === QUOTE) quotes += 1;
  }
  return quotes % 2 === 1;
}

/**
 * Checks the bytes of a file chunk by chunk, while it is still being received. Throws as {@link readText} does, but
 * does not check that the bytes are UTF-8.
 */
export function createContentCheck(): (chunk: Buffer) => void {
  let beginning = Buffer.alloc(0);
  return (chunk) => {
    if (beginning.length < LONGEST_SIGNATURE) {
      beginning = Buffer.concat([beginning, chunk.subarray(0, LONGEST_SIGNATURE)]);
      refuseOtherKinds(beginning);
    }
    if (chunk.includes(0)) throw new Refusal('not_csv', NOT_CSV);
  };
}

function refuseOtherKinds(beginning: Buffer): void {
  const isOther = SIGNATURES.some((kind) => beginning.subarray(0, kind.length).equals(kind));
  if (isOther) throw new Refusal('not_csv', NOT_CSV);
  const mark = beginning.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') throw notUtf8('UTF-16');
}

function decode(work: () => string): string {
  try {
    return work();
  } catch {
    throw notUtf8('bytes that are not UTF-8');
  }
}

function notUtf8(received: string): Refusal {
  const message = `Expected UTF-8 text, received ${received}; save the sheet as "CSV UTF-8"`;
  return new Refusal('invalid', message, [
    { loc: ['body', 'file'], msg: message, type: 'invalid_encoding' },
  ]);
}
