import { createServer as createHttpServer } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { Server } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { request } from 'undici';
import { faultOf, reasonOf } from '../../src/network/reason';
import { makeCertificate } from '../support/certificates';
import { listen } from '../support/listen';
import { startOddOrigin, type OddOrigin } from '../support/oddOrigin';

let odd: OddOrigin;
const closes: (() => Promise<void>)[] = [];
beforeAll(async () => {
  odd = await startOddOrigin();
});
afterAll(() => odd.stop());
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
});

async function portOf(server: Server): Promise<number> {
  const { port, close } = await listen(server);
  closes.push(close);
  return port;
}

/** Returns the error of a failed request. */
async function errorOf(url: string): Promise<unknown> {
  return request(url, { reset: true }).then(
    () => new Error(`Expected ${url} to fail`),
    (reason: unknown) => reason,
  );
}

const secure = async (options: ServerOptions) =>
  errorOf(`https://127.0.0.1:${await portOf(createServer(options))}/`);

describe('faultOf(error) of a secure connection', () => {
  const authority = makeCertificate({ host: 'DNS:authority.example' });

  it.each([
    ['a self-signed certificate', {}],
    ['a certificate that has expired', { isExpired: true }],
    [
      'a certificate of an unknown issuer; the server may leave out an intermediate certificate',
      { issuer: authority },
    ],
  ])('is %s', async (received, wanted) => {
    const error = await secure(makeCertificate(wanted));
    expect(faultOf(error)).toEqual({ expected: 'a trusted certificate', received });
  });

  it('is a certificate for other hosts', () => {
    const certificate = { subject: { CN: 'a.example' }, subjectaltname: 'DNS:a.example' };
    const error = checkServerIdentity('b.example', certificate as PeerCertificate);
    expect(faultOf(error)?.received).toBe('a certificate for other hosts');
  });

  it('is a port that serves http', async () => {
    const port = await portOf(createHttpServer());
    expect(faultOf(await errorOf(`https://127.0.0.1:${port}/`))).toEqual({
      expected: 'a secure connection',
      received: 'a response without TLS; the port may serve plain http',
    });
  });

  it.each([
    ['sslv3 alert handshake failure', {}],
    [
      'tlsv1 alert protocol version',
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const,
    ],
  ])("is the TLS error of the server, with OpenSSL's reason only: %s", async (words, options) => {
    const certificate = words.startsWith('tlsv1') ? makeCertificate() : {};
    const fault = faultOf(await secure({ ...certificate, ...options }));
    expect(fault).toEqual({ expected: 'a secure connection', received: `a TLS error: ${words}` });
  });
});

describe('faultOf(error) of an invalid HTTP response', () => {
  const OK = 'HTTP/1.1 200 OK\r\n';
  const LENGTH = 'Content-Length: 1\r\n';

  it.each([
    [
      'chunked after a length',
      `${OK}${LENGTH}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    ],
    ['a length twice', `${OK}${LENGTH}${LENGTH}\r\nx`],
    ['a list of lengths', `${OK}Content-Length: 1, 1\r\n\r\nx`],
    ['a space before the colon', `${OK}${LENGTH}Cache-Control : max-age=1\r\n\r\nx`],
    ['a space in a name', `${OK}${LENGTH}X Powered By: php\r\n\r\nx`],
    ['a line that is not a field', `${OK}${LENGTH}nonsense\r\n\r\nx`],
    ['a field on two lines', `${OK}${LENGTH}X-A: 1\r\n 2\r\n\r\nx`],
    ['a NUL', `${OK}${LENGTH}X-A: \0\r\n\r\nx`],
  ])('does not mention the length of the body: %s', async (_, answer) => {
    expect(faultOf(await errorOf(odd.on('/', answer)))).toEqual({
      expected: 'a valid HTTP response',
      received:
        'an invalid header: two lengths, a length together with "chunked", or a malformed line',
    });
  });

  it.each([
    [
      "Content-Length can't be present with Transfer-Encoding",
      `Transfer-Encoding: chunked\r\n${LENGTH}`,
    ],
    ['Invalid header token', 'Cache-Control : max-age=1\r\n'],
    ['Invalid character in Content-Length', 'Content-Length: -1\r\n'],
  ])('is the reason that the parser gives: %s', async (objection, fields) => {
    const error = await errorOf(odd.on('/', `${OK}${fields}\r\n`));
    expect(reasonOf(error)).toBe(`a malformed response: ${objection}`);
  });

  it('is a response whose lines end without a carriage return', async () => {
    const error = await errorOf(odd.on('/', `${OK}${LENGTH}\r\nx`.replaceAll('\r', '')));
    expect(reasonOf(error)).toBe('a malformed response: Missing expected CR after response line');
  });

  it.each([
    ['an unexpected interim response, such as 100 Continue', '100 Continue\r\n\r\n'],
    [
      'a switch to another protocol',
      '101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n',
    ],
  ])('is %s', async (received, answer) => {
    expect(faultOf(await errorOf(odd.on('/', `HTTP/1.1 ${answer}`)))?.received).toBe(received);
  });
});

describe('faultOf(error) of anything else', () => {
  it.each([new Error('broken'), new AggregateError([]), 'text', null, undefined, { code: 7 }])(
    'is null: %p',
    (error) => {
      expect(faultOf(error)).toBeNull();
    },
  );
});
