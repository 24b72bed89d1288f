import { createReadStream } from 'node:fs';
import { Refusal } from '../errors';

/** The words of the first version of this service; clients compare them. */
const NOT_CSV = 'Only CSV files are supported';

/** Control characters that no text has: all below space but tab, line feed, form feed, carriage return. */
const isBinary = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 && ![9, 10, 12, 13].includes(byte) ? 1 : 0,
);

/**
 * A file's text, piece by piece, without a byte order mark.
 *
 * @throws Refusal `not_csv` when it holds what no text file holds, `invalid` when it is not UTF-8
 */
export async function* readText(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const refuseOthers = createRefusal();
  let isEmpty = true;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    isEmpty = false;
    refuseOthers(chunk);
    const text = decode(() => decoder.decode(chunk, { stream: true }));
    if (text !== '') yield text;
  }
  if (isEmpty) throw new Refusal('not_csv', NOT_CSV);
  const rest = decode(() => decoder.decode());
  if (rest !== '') yield rest;
}

/**
 * Looks at a file's bytes in their order, for whoever sees them before they are a file, and throws as
 * {@link readText} does: bytes that are not UTF-8 it passes.
 */
export function createRefusal(): (chunk: Buffer) => void {
  let beginning = Buffer.alloc(0);
  return (chunk) => {
    if (beginning.length < MARK_BYTES) {
      beginning = Buffer.concat([beginning, chunk.subarray(0, MARK_BYTES)]);
      refuseOtherKinds(beginning);
    }
    for (const byte of chunk) {
      if (isBinary[byte] === 1) throw new Refusal('not_csv', NOT_CSV);
    }
  };
}

/** By so many bytes the kinds that are told by their beginning are known. */
const MARK_BYTES = 5;

function refuseOtherKinds(beginning: Buffer): void {
  if (beginning.subarray(0, 5).toString('latin1') === '%PDF-')
    throw new Refusal('not_csv', NOT_CSV);
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
