import { messageOf } from '../errors';
import { MAX_HEADER_BYTES } from './limits';

/** What was wrong with a response or its connection, in the "Expected X, received Y" form of all messages. */
export interface Fault {
  readonly expected: string;
  readonly received: string;
}

/** Codes of OpenSSL's verification (openssl-verification-options) and of Node's host name check. */
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'a self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN:
    'a certificate of an unknown authority (self-signed certificate in its chain)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'a certificate of an unknown issuer; the server may leave out an intermediate certificate',
  UNABLE_TO_GET_ISSUER_CERT: 'a certificate of an unknown issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'a certificate of an unknown issuer',
  CERT_HAS_EXPIRED: 'a certificate that has expired',
  CERT_NOT_YET_VALID: 'a certificate that is not valid yet',
  CERT_REVOKED: 'a certificate that was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'a certificate for other hosts',
};

/**
 * When undici's parser rejects a response, undici checks the length first. Before any of the body has arrived the
 * lengths never match (`createError` in its client-h1.js), so the parser's own reason is lost.
 */
const MALFORMED_HEADER =
  'an invalid header: two lengths, a length together with "chunked", or a malformed line';

/**
 * Returns what is known about an error that occurred before the response header was complete, or `null` when only
 * its message is known.
 */
export function faultOf(error: unknown): Fault | null {
  const code = codeOf(error);
  const certificate = CERTIFICATE_FAULTS[code];
  if (certificate !== undefined) {
    return { expected: 'a trusted certificate', received: certificate };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return {
      expected: 'a secure connection',
      received: 'a response without TLS; the port may serve plain http',
    };
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return { expected: 'a secure connection', received: `a TLS error: ${tlsReasonOf(error)}` };
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    const received = 'more';
    return { expected: `a header of at most ${MAX_HEADER_BYTES / 1024} KB`, received };
  }
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return { expected: 'a valid HTTP response', received: MALFORMED_HEADER };
  }
  return parserFaultOf(error, code);
}

/** Returns in one line why there was no readable response. */
export function reasonOf(error: unknown): string {
  // Raised when every address of a host refuses the connection. It has a code but no message.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  // undici fails an assertion on some invalid responses, such as one with the status 099.
  if (codeOf(error) === 'ERR_ASSERTION') return 'a response that is not valid HTTP';
  return faultOf(error)?.received ?? messageOf(error);
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** llhttp gives the reason for its error; undici's parser adds two errors of its own. */
function parserFaultOf(error: unknown, code: string): Fault | null {
  const message = messageOf(error);
  const reason = /^Response does not match the HTTP\/1\.1 protocol \((.+)\)$/.exec(message)?.[1];
  if (reason !== undefined) {
    return { expected: 'a valid HTTP response', received: `a malformed response: ${reason}` };
  }
  if (code !== 'UND_ERR_SOCKET') return null;
  if (message === 'bad response') {
    const received = 'an unexpected interim response, such as 100 Continue';
    return { expected: 'a response', received };
  }
  if (message === 'bad upgrade') {
    return { expected: 'an HTTP/1.1 response', received: 'a switch to another protocol' };
  }
  return null;
}

/** Returns OpenSSL's reason without memory addresses and source locations. */
function tlsReasonOf(error: unknown): string {
  const named = typeof error === 'object' && error !== null && 'reason' in error;
  return named ? String(error.reason) : (messageOf(error).split('\n')[0] ?? '');
}
