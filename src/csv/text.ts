import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createDecoder, EncodingError, hasAsciiQuotes } from './decoder';
import { undecodable, type TextEncoding } from '../../sheet/encoding';
import { createTextCleaner } from '../../sheet/text';
import type { TextFindings } from '../../sheet/textFindings';

type Encoded = Pick<TextEncoding, 'encoding' | 'hasMark'>;

/** The bytes of a text: the path of a file, or a stream of them. */
export type TextSource = string | Readable;

/**
 * Streams a text, without a byte order mark and without end-of-text marks at the end.
 *
 * @throws Refusal `invalid` when the file is empty, or its bytes are not possible in the encoding
 */
export async function* readText(source: TextSource, encoded: Encoded): AsyncGenerator<string> {
  const cleaner = createTextCleaner(encoded.hasMark);
  for await (const decoded of decode(source, encoded)) {
    const text = cleaner.add(decoded);
    if (text !== '') yield text;
  }
  cleaner.end();
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
