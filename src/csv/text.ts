import { createReadStream } from 'node:fs';
import { Refusal } from '../errors';

/** The words of the first version of this service; clients compare them. */
const NOT_CSV = 'Only CSV files are supported';

/** How files of other kinds begin; of those that people upload for a CSV. All but NUL may stand in a text. */
const OTHER_KINDS: readonly Buffer[] = [
  '25504446', // PDF
  '504b0304', // ZIP, and so Excel's and OpenDocument's files
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

const LONGEST_SIGNATURE = Math.max(...OTHER_KINDS.map(({ length }) => length));

/** CP/M's and DOS's end of a text file, which old programs still write, some of them to fill up a block. */
const END_OF_TEXT = '\u001a';

/**
 * A file's text, piece by piece, without a byte order mark and without DOS's end of text.
 *
 * @throws Refusal `not_csv` when it holds what no text file holds, `invalid` when it is not UTF-8
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

/** Whether the number of quotes in a file is odd: one of them, at least, is missing or too many. */
export async function hasOddQuotes(file: string): Promise<boolean> {
  let quotes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (const byte of chunk) if (byte === QUOTE) quotes += 1;
  }
  return quotes % 2 === 1;
}

/**
 * Looks at a file's bytes in their order, for callers that see them before they are a file, and throws as
 * {@link readText} does. Bytes that are not UTF-8 pass.
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
  const isOther = OTHER_KINDS.some((kind) => beginning.subarray(0, kind.length).equals(kind));
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
