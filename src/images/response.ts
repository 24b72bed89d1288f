import type { Dispatcher } from 'undici';
import type { PermanentImageCode } from '../../contract/errorCodes';
import { ImageError, messageOf } from '../errors';
import { codeOf, faultOf } from '../network/reason';
import { codingsOf, decode, encodedLimit, limited } from './contentCodings';

/** Stores a piece of the image. */
export type WritePiece = (piece: Buffer) => Promise<void>;

const RETRYABLE_4XX = [408, 425, 429] as const;

/**
 * Whether a response contains the complete image. 203 is a 200 that a proxy has changed (RFC 9110 §15.3.4). Some
 * servers send a 206 with all bytes although no range was requested.
 */
export function holdsImage({ statusCode, headers }: Dispatcher.ResponseData): boolean {
  if (statusCode !== 206) return statusCode === 200 || statusCode === 203;
  const [, last, total] =
    /^bytes 0-(\d{1,15})\/(\d{1,15})$/i.exec(String(headers['content-range'])) ?? [];
  if (last === undefined || Number(last) + 1 !== Number(total)) return false;
  const announced = announcedBytes(headers);
  return announced === undefined || announced === Number(total);
}

/**
 * Returns the error for a response that does not contain the image.
 *
 * @param shareAdvice for a link to a file host
 */
export function statusError(
  statusCode: number,
  retryAfterMs: number | undefined,
  shareAdvice: string | null = null,
): ImageError {
  const message = `Expected the image, received HTTP ${statusCode}`;
  if (statusCode === 404 || statusCode === 410) {
    const advice = shareAdvice === null ? '' : `; ${shareAdvice}`;
    return ImageError.permanent('not_found', `${message}${advice}`);
  }
  const pause = { retryAfterMs };
  if (statusCode >= 500) return ImageError.retryable('http_5xx', message, pause);
  // RFC 9110 §15.3.3: accepted but not completed. Services that create images on demand respond like this.
  if (statusCode === 202) {
    return ImageError.retryable('http_202', `${message}: it is not ready yet`, pause);
  }
  const retryable = RETRYABLE_4XX.find((status) => status === statusCode);
  if (retryable !== undefined) return ImageError.retryable(`http_${retryable}`, message, pause);
  const code: PermanentImageCode = `http_${statusCode}`;
  return ImageError.permanent(code, `${message}${adviceFor(statusCode, shareAdvice)}`);
}

function adviceFor(statusCode: number, shareAdvice: string | null): string {
  if (statusCode !== 401 && statusCode !== 403) return '';
  if (shareAdvice !== null) return `; ${shareAdvice}`;
  return (
    '; if the host requires a key, a login, a Referer or a browser, ' +
    'set DOWNLOAD_HEADERS_FILE or DOWNLOAD_USER_AGENT'
  );
}

/**
 * Reads and decodes the body of a response that contains the image. The body is always destroyed.
 *
 * @param write gets the pieces in order, and may be slower than the host
 * @throws ImageError; the signal's reason when aborted; any error of `write`
 */
export async function readImage(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
  signal: AbortSignal,
  write: WritePiece,
): Promise<void> {
  const tooLarge = (what: string) =>
    ImageError.permanent('too_large', `Expected at most ${maxBytes} bytes, received ${what}`);
  const announced = announcedBytes(headers);
  try {
    const codings = [
      ...codingsOf(headers['content-encoding']),
      // RFC 9112 §7: other codings in this header were applied to the message after its content codings.
      ...codingsOf(headers['transfer-encoding']).filter((coding) => coding !== 'chunked'),
    ];
    const limit = codings.length === 0 ? maxBytes : encodedLimit(maxBytes);
    if (announced !== undefined && announced > limit) {
      throw tooLarge(`a Content-Length of ${announced}`);
    }
    const received = limited(detectBreak(body, announced), limit, () => tooLarge('more'));
    let bytes = 0;
    for await (const piece of decode(received, codings, { maxBytes, tooLarge })) {
      // A small body may decode to a lot of data, long after the connection has ended.
      signal.throwIfAborted();
      bytes += piece.length;
      await write(piece);
    }
    if (bytes === 0) throw emptyBody(statusCode, headers);
  } finally {
    body.on('error', () => undefined).destroy();
  }
}

/** Passes the body through. When the connection breaks, the error says how much had been received. */
async function* detectBreak(
  body: AsyncIterable<Buffer>,
  announced: number | undefined,
): AsyncGenerator<Buffer, void> {
  let received = 0;
  try {
    for await (const piece of body) {
      received += piece.length;
      yield piece;
    }
  } catch (error) {
    throw isConnectionBroken(error) ? connectionBroken(announced, received, error) : error;
  }
}

/** When a connection ends early, undici reports a length mismatch, the parser's state, or a socket error. */
function isConnectionBroken(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
    messageOf(error).includes('(Invalid EOF state)') ||
    (code !== 'UND_ERR_BODY_TIMEOUT' && faultOf(error) === null)
  );
}

function connectionBroken(
  announced: number | undefined,
  received: number,
  error: unknown,
): ImageError {
  const expected = announced === undefined ? 'a complete response' : `${announced} bytes`;
  return ImageError.retryable(
    'connect_failure',
    `Expected ${expected}, received ${received} bytes before the connection broke`,
    { cause: error },
  );
}

/** The error for an empty body. Overloaded servers send one, so a later attempt may succeed. */
function emptyBody(
  statusCode: number,
  { refresh }: Dispatcher.ResponseData['headers'],
): ImageError {
  const message = `Expected the image, received HTTP ${statusCode} with an empty body`;
  if (refresh === undefined) return ImageError.retryable('connect_failure', message);
  // Browsers follow `Refresh` for pages, not for images (HTML §7.4.6).
  return ImageError.permanent(
    'not_an_image',
    `${message} and a Refresh to another address; use the link to the image itself`,
  );
}

function announcedBytes(headers: Dispatcher.ResponseData['headers']): number | undefined {
  const length = headers['content-length'];
  return typeof length === 'string' ? Number(length) : undefined;
}
