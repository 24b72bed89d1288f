import { Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ImageError, messageOf } from '../errors';
import { codeOf } from '../network/reason';
import { nameOf, UNKNOWN, servedFormatOf } from './recognize';

/** The limit of curl and undici. Each coding needs memory, and an image has at most one in practice. */
const MAX_CODINGS = 5;

/** Bytes from the start of a body that are used to recognize what it is. */
const PEEKED_BYTES = 1024;

/** Returns the codings in the order in which they were applied, without `identity` (RFC 9110 §8.4). */
export function codingsOf(header: string | string[] | undefined): string[] {
  const codings = [header ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length <= MAX_CODINGS) return codings;
  throw ImageError.permanent(
    'unsupported_format',
    `Expected at most ${MAX_CODINGS} content codings, received ${codings.length}`,
  );
}

/** Returns the largest encoded size for a decoded size: incompressible data grow slightly (RFC 1951 §3.2.4). */
export function encodedLimit(maxBytes: number): number {
  return maxBytes + Math.ceil(maxBytes / 1024) + 1024;
}

export interface Limits {
  readonly maxBytes: number;
  /** @param what completes "received …" in the message, such as `more after decoding gzip` */
  tooLarge(what: string): ImageError;
}

/**
 * Decodes the content codings of a body piece by piece. Pieces are decoded only on demand, and at most one piece
 * for each coding is kept in memory.
 *
 * @throws ImageError; any error of the body
 */
export function decode(
  body: AsyncIterable<Buffer>,
  codings: readonly string[],
  { maxBytes, tooLarge }: Limits,
): AsyncIterable<Buffer> {
  return codings.toReversed().reduce((source, coding, index) => {
    const isLast = index === codings.length - 1;
    const limit = isLast ? maxBytes : encodedLimit(maxBytes);
    return limited(decodeOne(source, coding), limit, () =>
      tooLarge(`more after decoding ${printable(coding)}`),
    );
  }, body);
}

export async function* limited(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
  tooLarge: () => ImageError,
): AsyncGenerator<Buffer, void> {
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge();
    yield piece;
  }
}

async function* decodeOne(
  source: AsyncIterable<Buffer>,
  coding: string,
): AsyncGenerator<Buffer, void> {
  const pieces = source[Symbol.asyncIterator]();
  try {
    const head = await peek(pieces);
    if (head.length === 0) return;
    const whole = prepend(head, pieces);
    const decoder = decoderFor(coding, head);
    if (decoder === null) yield* whole;
    else yield* pipeThrough(whole, decoder, coding);
  } finally {
    // Not awaited: a pending read of the next piece ends only when the body is destroyed.
    pieces.return?.().catch(() => undefined);
  }
}

/**
 * Creates the decoder for a coding.
 *
 * No encoded body begins with the signature of an image. When a body labelled with a coding begins like an image
 * that we serve, the label is wrong and the body is not encoded. This happens in object storage when files are
 * uploaded with the headers of other files. Browsers ignore unknown codings in the same way (Fetch §2.2.4). They
 * are ignored here when the bytes are recognized; otherwise the error names the coding.
 *
 * @returns `null` when the bytes are used as they are
 */
function decoderFor(coding: string, head: Buffer): Transform | null {
  if (servedFormatOf(head) !== null) return null;
  switch (coding) {
    case 'gzip':
    case 'x-gzip': // RFC 9110 §8.4.1.3
      return head[0] === 0x1f && (head[1] ?? 0x8b) === 0x8b
        ? createGunzip()
        : passThrough(coding, head, 'but not encoded with it');
    case 'deflate':
      // RFC 9110 §8.4.1.2 specifies the zlib format; some servers send raw deflate (RFC 1951) instead.
      return hasZlibHeader(head) ? createInflate() : createInflateRaw();
    case 'br':
      return createBrotliDecompress();
    default:
      return passThrough(coding, head, 'which is not supported; gzip, deflate and br are');
  }
}

/** @throws ImageError when the bytes are not recognized */
function passThrough(coding: string, head: Buffer, fault: string): null {
  if (nameOf(head) !== UNKNOWN) return null;
  throw ImageError.permanent(
    'unsupported_format',
    `Expected an image, received bytes labelled with the content coding ${printable(coding)}, ${fault}`,
  );
}

/** RFC 1950 §2.2: the method is 8, and the two bytes as one number are a multiple of 31. */
function hasZlibHeader([first = 0, second]: Buffer): boolean {
  return (first & 0x0f) === 8 && (second === undefined || (first * 256 + second) % 31 === 0);
}

async function* pipeThrough(
  source: AsyncIterable<Buffer>,
  decoder: Transform,
  coding: string,
): AsyncGenerator<Buffer, void> {
  const input = Readable.from(source);
  const failed = { input: false };
  input
    .on('error', (error) => {
      failed.input = true;
      decoder.destroy(error);
    })
    .pipe(decoder);
  try {
    yield* decoder as AsyncIterable<Buffer>;
  } catch (error) {
    throw failed.input ? error : decodingError(error, coding);
  } finally {
    // Data after the end of the encoded data are not read.
    input.on('error', () => undefined).destroy();
    decoder.on('error', () => undefined).destroy();
  }
}

/** Retryable, since the body may have been damaged in transit. */
function decodingError(error: unknown, coding: string): ImageError {
  const what =
    codeOf(error) === 'Z_BUF_ERROR'
      ? 'a truncated one'
      : `one that cannot be decoded: ${messageOf(error)}`;
  return ImageError.retryable(
    'connect_failure',
    `Expected a complete ${printable(coding)} body, received ${what}`,
    { cause: error },
  );
}

async function peek(pieces: AsyncIterator<Buffer>): Promise<Buffer> {
  const read: Buffer[] = [];
  let bytes = 0;
  while (bytes < PEEKED_BYTES) {
    const next = await pieces.next();
    if (next.done === true) break;
    bytes += next.value.length;
    read.push(next.value);
  }
  return Buffer.concat(read, bytes);
}

async function* prepend(head: Buffer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  yield head;
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/**
 * Makes the name of a coding safe for messages, since the origin chooses it. A coding is a token (RFC 9110
 * §8.4.1).
 */
function printable(coding: string): string {
  return /^[\w!#$%&'*+.^`|~-]{1,40}$/.test(coding)
    ? coding
    : JSON.stringify(coding.slice(0, 40)).replace(/[^ -~]/g, '?');
}
