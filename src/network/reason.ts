import { messageOf } from '../errors';
import { MAX_HEADER_BYTES } from './limits';

/** What was wrong with an answer, or with the way to it, in the grammar of all messages. */
export interface Fault {
  readonly expected: string;
  readonly received: string;
}

/** Codes of OpenSSL's verification (openssl-verification-options) and of Node's own check of the name. */
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
 * undici checks the length first whenever its parser refuses an answer, and before any of the body the
 * lengths never agree (`createError` in its client-h1.js): what the parser objected to is lost.
 */
const MALFORMED_HEADER =
  'a header that HTTP does not allow: two lengths, a length beside "chunked", or a malformed line';

/** What is known of an error before an answer's header was complete; `null` when that is no more than its message. */
export function faultOf(error: unknown): Fault | null {
  const code = codeOf(error);
  const certificate = CERTIFICATE_FAULTS[code];
  if (certificate !== undefined) {
    return { expected: 'a certificate that can be trusted', received: certificate };
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return {
      expected: 'a secure connection',
      received: 'a response without TLS; the port may serve plain http',
    };
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return { expected: 'a secure connection', received: `a refusal: ${tlsReasonOf(error)}` };
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    const received = 'more';
    return { expected: `a header of at most ${MAX_HEADER_BYTES / 1024} KB`, received };
  }
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return { expected: 'an answer in HTTP', received: MALFORMED_HEADER };
  }
  return parserFaultOf(error, code);
}

/** In one line why no answer came, or none that could be read. */
export function reasonOf(error: unknown): string {
  // A host with several addresses that all refuse: it has a code but no message.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  // undici meets an answer that HTTP does not know, such as one with the status 099, with an assertion.
  if (codeOf(error) === 'ERR_ASSERTION') return 'an answer that is no HTTP';
  return faultOf(error)?.received ?? messageOf(error);
}

export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** llhttp names what it objected to; undici's parser adds two objections of its own. */
function parserFaultOf(error: unknown, code: string): Fault | null {
  const message = messageOf(error);
  const objection = /^Response does not match the HTTP\/1\.1 protocol \((.+)\)$/.exec(message)?.[1];
  if (objection !== undefined) {
    return {
      expected: 'an answer in HTTP',
      received: `one that HTTP does not allow: ${objection}`,
    };
  }
  if (code !== 'UND_ERR_SOCKET') return null;
  if (message === 'bad response') {
    const received = 'an unexpected interim response, such as 100 Continue';
    return { expected: 'an answer', received };
  }
  if (message === 'bad upgrade') {
    return { expected: 'an answer in HTTP/1.1', received: 'a change to another protocol' };
  }
  return null;
}

/** OpenSSL's own words without addresses and places in its source. */
function tlsReasonOf(error: unknown): string {
  const named = typeof error === 'object' && error !== null && 'reason' in error;
  return named ? String(error.reason) : (messageOf(error).split('\n')[0] ?? '');
}
