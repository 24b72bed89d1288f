import { Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ImageError, messageOf } from '../errors';
import { codeOf } from '../network/reason';
import { nameOf, UNKNOWN, servedFormatOf } from './recognize';

/** As curl and undici have it: each one costs memory, and an image has one at most. */
const MAX_CODINGS = 5;

/** What the beginnings of files and pages are recognised in. */
const PEEKED_BYTES = 1024;

/** In the order in which they were applied; `identity` is none (RFC 9110 §8.4). */
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

/** How much may come in for so much to come out: what cannot be made smaller grows a little (RFC 1951 §3.2.4). */
export function encodedLimit(maxBytes: number): number {
  return maxBytes + Math.ceil(maxBytes / 1024) + 1024;
}

export interface Limits {
  readonly maxBytes: number;
  /** Of what was too large, behind "received": `more after decoding gzip`. */
  tooLarge(what: string): ImageError;
}

/**
 * Takes the content codings off a body, one piece after the other: no piece is decoded that is not wanted,
 * and nothing is held but one piece for each coding.
 *
 * @throws ImageError; what the body throws
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
      tooLarge(`more after decoding ${shown(coding)}`),
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
    const head = await beginningOf(pieces);
    if (head.length === 0) return;
    const whole = joined(head, pieces);
    const decoder = decoderFor(coding, head);
    if (decoder === null) yield* whole;
    else yield* through(whole, decoder, coding);
  } finally {
    // Not waited for: the next piece may be under way, and it comes only when the body is destroyed.
    pieces.return?.().catch(() => undefined);
  }
}

/**
 * @returns `null` where the bytes are to be taken as they are
 *
 * No coded body begins as an image does: where one of the formats that we serve stands under a coding, the
 * label is wrong and the image is whole. So come images from storages into which they were put with the
 * headers of other files. A coding that a browser does not know it passes over likewise (Fetch §2.2.4), as is
 * done here when it leads to something known; otherwise the coding is what has to be told.
 */
function decoderFor(coding: string, head: Buffer): Transform | null {
  if (servedFormatOf(head) !== null) return null;
  switch (coding) {
    case 'gzip':
    case 'x-gzip': // RFC 9110 §8.4.1.3
      return head[0] === 0x1f && (head[1] ?? 0x8b) === 0x8b
        ? createGunzip()
        : asItIs(coding, head, 'which it is not');
    case 'deflate':
      // zlib's format by RFC 9110 §8.4.1.2; some send the bare deflate format of RFC 1951 instead.
      return hasZlibHeader(head) ? createInflate() : createInflateRaw();
    case 'br':
      return createBrotliDecompress();
    default:
      return asItIs(coding, head, 'which is not supported; gzip, deflate and br are');
  }
}

function asItIs(coding: string, head: Buffer, fault: string): null {
  if (nameOf(head) !== UNKNOWN) return null;
  throw ImageError.permanent(
    'unsupported_format',
    `Expected an image, received bytes labelled with the content coding ${shown(coding)}, ${fault}`,
  );
}

/** RFC 1950 §2.2: the method is 8, and both bytes together are a multiple of 31. */
function hasZlibHeader([first = 0, second]: Buffer): boolean {
  return (first & 0x0f) === 8 && (second === undefined || (first * 256 + second) % 31 === 0);
}

async function* through(
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
    throw failed.input ? error : undecodable(error, coding);
  } finally {
    // Behind the end of the coded data more may come; it is not read.
    input.on('error', () => undefined).destroy();
    decoder.on('error', () => undefined).destroy();
  }
}

/** Neither says whose fault it was: what broke on the way comes whole the next time. */
function undecodable(error: unknown, coding: string): ImageError {
  const what =
    codeOf(error) === 'Z_BUF_ERROR'
      ? 'one that breaks off'
      : `one that cannot be decoded: ${messageOf(error)}`;
  return ImageError.retryable(
    'connect_failure',
    `Expected a whole body in ${shown(coding)}, received ${what}`,
    { cause: error },
  );
}

async function beginningOf(pieces: AsyncIterator<Buffer>): Promise<Buffer> {
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

async function* joined(head: Buffer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void> {
  yield head;
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** The name comes from the origin; a coding is a token (RFC 9110 §8.4.1). */
function shown(coding: string): string {
  return /^[\w!#$%&'*+.^`|~-]{1,40}$/.test(coding)
    ? coding
    : JSON.stringify(coding.slice(0, 40)).replace(/[^ -~]/g, '?');
}
