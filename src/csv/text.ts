import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { Refusal } from '../errors';
import { createDecoder, EncodingError, hasAsciiQuotes } from './decoder';
import { undecodable, type TextEncoding } from './encoding';
import type { TextFindings } from './textFindings';

/** The end-of-text mark of CP/M and DOS. Old programs still write it, sometimes repeatedly to fill a block. */
const END_OF_TEXT = '\u001a';

/** A byte order mark, after decoding. */
const MARK = '\ufeff';

type Encoded = Pick<TextEncoding, 'encoding' | 'hasMark'>;

/** The bytes of a text: the path of a file, or a stream of them. */
export type TextSource = string | Readable;

/**
 * Streams a text, without a byte order mark and without end-of-text marks at the end.
 *
 * @throws Refusal `invalid` when the file is empty, or its bytes are not possible in the encoding
 */
export async function* readText(source: TextSource, encoded: Encoded): AsyncGenerator<string> {
  let isEmpty = true;
  let mark = encoded.hasMark ? MARK : '';
  let held = '';
  for await (const decoded of decode(source, encoded)) {
    if (decoded === '') continue;
    const unmarked = decoded.slice(mark.length);
    mark = '';
    if (unmarked === '') continue;
    isEmpty = false;
    const text = held + unmarked;
    let end = text.length;
    while (end > 0 && text.charAt(end - 1) === END_OF_TEXT) end -= 1;
    held = text.slice(end);
    if (end > 0) yield text.slice(0, end);
  }
  if (isEmpty) throw new Refusal('invalid', 'Expected a header and rows, received an empty file');
}

async function* decode(source: TextSource, { encoding }: Encoded): AsyncGenerator<string> {
  const stream = typeof source === 'string' ? createReadStream(source) : source;
  const decoder = createDecoder(encoding);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield decoder.write(chunk);
    decoder.end();
  } catch (error) {
    throw error instanceof EncodingError ? undecodable(encoding) : error;
  }
}

/** Whether the number of quotes in a text is odd: at least one is missing or surplus. */
export async function hasOddQuotes(
  file: string,
  encoded: Encoded,
  found: TextFindings,
): Promise<boolean> {
  if (hasAsciiQuotes(encoded.encoding)) return found.hasOddQuotes;
  let quotes = 0;
  for await (const text of readText(file, encoded)) quotes += text.split('"').length - 1;
  return quotes % 2 === 1;
}
