import type { Dispatcher } from 'undici';
import type { PermanentImageCode } from '../../contract/errorCodes';
import { ImageError, messageOf } from '../errors';
import { codeOf, faultOf } from '../network/reason';
import { codingsOf, decode, encodedLimit, limited } from './contentCodings';

const RETRYABLE_4XX = [408, 425, 429] as const;

/**
 * Whether an answer holds the image, whole. 203 is a 200 that a proxy has changed (RFC 9110 §15.3.4); a 206
 * that holds all bytes from first to last is sent by some servers although no range was asked for.
 */
export function holdsImage({ statusCode, headers }: Dispatcher.ResponseData): boolean {
  if (statusCode !== 206) return statusCode === 200 || statusCode === 203;
  const [, last, total] =
    /^bytes 0-(\d{1,15})\/(\d{1,15})$/i.exec(String(headers['content-range'])) ?? [];
  if (last === undefined || Number(last) + 1 !== Number(total)) return false;
  const announced = announcedBytes(headers);
  return announced === undefined || announced === Number(total);
}

/** What an answer without the image means. */
export function refusal(statusCode: number, retryAfterMs: number | undefined): ImageError {
  const message = `Expected the image, received HTTP ${statusCode}`;
  if (statusCode === 404 || statusCode === 410) return ImageError.permanent('not_found', message);
  const pause = { retryAfterMs };
  if (statusCode >= 500) return ImageError.retryable('http_5xx', message, pause);
  // RFC 9110 §15.3.3: accepted, and not acted upon yet. So answer services that make their images on demand.
  if (statusCode === 202) {
    return ImageError.retryable('http_202', `${message}: it is not ready yet`, pause);
  }
  const retryable = RETRYABLE_4XX.find((status) => status === statusCode);
  if (retryable !== undefined) return ImageError.retryable(`http_${retryable}`, message, pause);
  const code: PermanentImageCode = `http_${statusCode}`;
  return ImageError.permanent(code, `${message}${adviceFor(statusCode)}`);
}

function adviceFor(statusCode: number): string {
  if (statusCode !== 401 && statusCode !== 403) return '';
  return (
    '; if the host requires a key, a login, a Referer or a browser, ' +
    'set DOWNLOAD_HEADERS_FILE or DOWNLOAD_USER_AGENT'
  );
}

/**
 * The body of an answer that holds the image, without its content codings. It is destroyed in any case.
 *
 * @throws ImageError; the signal's reason when aborted
 */
export async function receive(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const tooLarge = (what: string) =>
    ImageError.permanent('too_large', `Expected at most ${maxBytes} bytes, received ${what}`);
  const announced = announcedBytes(headers);
  try {
    const codings = [
      ...codingsOf(headers['content-encoding']),
      // RFC 9112 §7: what else is named there was applied to the message after its content codings.
      ...codingsOf(headers['transfer-encoding']).filter((coding) => coding !== 'chunked'),
    ];
    const limit = codings.length === 0 ? maxBytes : encodedLimit(maxBytes);
    if (announced !== undefined && announced > limit) {
      throw tooLarge(`${announced} bytes announced`);
    }
    const arriving = limited(counted(body, announced), limit, () => tooLarge('more'));
    const pieces: Buffer[] = [];
    for await (const piece of decode(arriving, codings, { maxBytes, tooLarge })) {
      // Of a small body a lot may come out, long after its connection has ended.
      signal.throwIfAborted();
      pieces.push(piece);
    }
    const bytes = Buffer.concat(pieces);
    if (bytes.length === 0) throw empty(statusCode, headers);
    return bytes;
  } finally {
    body.on('error', () => undefined).destroy();
  }
}

async function* counted(
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
    throw isBrokenOff(error) ? brokenOff(announced, received, error) : error;
  }
}

/** Where a connection ends too early, undici reports lengths that differ, a parser's state, or the socket. */
function isBrokenOff(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' ||
    messageOf(error).includes('(Invalid EOF state)') ||
    (code !== 'UND_ERR_BODY_TIMEOUT' && faultOf(error) === null)
  );
}

function brokenOff(announced: number | undefined, received: number, error: unknown): ImageError {
  const expected = announced === undefined ? 'a whole answer' : `${announced} bytes`;
  return ImageError.retryable(
    'connect_failure',
    `Expected ${expected}, received ${received} bytes before the connection broke`,
    { cause: error },
  );
}

/** Overloaded servers send it; after the last attempt this error remains. */
function empty(statusCode: number, { refresh }: Dispatcher.ResponseData['headers']): ImageError {
  const message = `Expected the image, received HTTP ${statusCode} with an empty body`;
  if (refresh === undefined) return ImageError.retryable('connect_failure', message);
  // Browsers follow it for pages, not for images (HTML §7.4.6).
  return ImageError.permanent(
    'not_an_image',
    `${message} that refreshes to another address; give the link to the image itself`,
  );
}

function announcedBytes(headers: Dispatcher.ResponseData['headers']): number | undefined {
  const length = headers['content-length'];
  return typeof length === 'string' ? Number(length) : undefined;
}
