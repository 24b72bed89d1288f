import { createServer, type ServerOptions } from 'node:https';
import { makeCertificate } from '../support/certificates';
import { listen } from '../support/listen';
import { startOrigin } from '../support/origin';
import { download } from './downloads';
import { failure } from './failure';

const stops: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())));

async function securePort(options: ServerOptions = {}): Promise<number> {
  const { port, close } = await listen(createServer(options));
  stops.push(close);
  return port;
}

describe('download(link) over https', () => {
  it('connect_failure: the TLS handshake fails', async () => {
    const error = await failure(download(`https://127.0.0.1:${await securePort()}/a.jpg`));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe(
      'Expected a secure connection, received a TLS error: sslv3 alert handshake failure',
    );
  });

  it.each([
    ['is self-signed', {}, 'a self-signed certificate'],
    ['has expired', { isExpired: true }, 'a certificate that has expired'],
  ])('connect_failure: the certificate %s', async (_, wanted, received) => {
    const port = await securePort(makeCertificate(wanted));
    const error = await failure(download(`https://127.0.0.1:${port}/a.jpg`));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe(`Expected a trusted certificate, received ${received}`);
  });

  it('connect_failure: http to a port that serves https', async () => {
    const port = await securePort(makeCertificate());
    const error = await failure(download(`http://127.0.0.1:${port}/a.jpg`));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
  });

  it('connect_failure: https to a port that serves http', async () => {
    const origin = await startOrigin();
    stops.push(() => origin.stop());
    const error = await failure(download(`${origin.url.replace('http:', 'https:')}/a.jpg`));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe(
      'Expected a secure connection, received a response without TLS; the port may serve plain http',
    );
  });
});
