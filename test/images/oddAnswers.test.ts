import { eventually } from '../support/eventually';
import { rawAnswer, startOddOrigin, type OddOrigin } from '../support/oddOrigin';
import { download } from './downloads';
import { failure } from './failure';

/** Responses of origins on the internet, byte for byte as observed. */

const BODY = 'the bytes';
const CLOSE = 'Connection: close\r\n';

let odd: OddOrigin;
beforeEach(async () => {
  odd = await startOddOrigin();
});
afterEach(async () => {
  await eventually(odd.open, (open) => open === 0);
  await odd.stop();
});

const text = async (link: string) => (await download(link)).toString();
const answering = (answer: Buffer | string) => odd.on('/a.jpg', answer);
const status = (code: string, headers = '', body = BODY) =>
  answering(rawAnswer(body, { status: code, headers }));

describe('a response with the image', () => {
  it.each([
    ['no reason phrase', `HTTP/1.1 200\r\nContent-Length: 9\r\n${CLOSE}\r\n${BODY}`],
    ['a reason phrase in Latin-1', `HTTP/1.1 200 Gr\xf6\xdfe\r\n${CLOSE}\r\n${BODY}`],
    ['HTTP/1.0 and no length', `HTTP/1.0 200 OK\r\n\r\n${BODY}`],
    ['no length, up to the end', `HTTP/1.1 200 OK\r\n${CLOSE}\r\n${BODY}`],
    [
      'chunks',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9;x=y\r\n${BODY}\r\n0\r\n\r\n`,
    ],
    ['empty lines before it', `\r\n\r\nHTTP/1.1 200 OK\r\n${CLOSE}\r\n${BODY}`],
    [
      'early hints before it',
      `HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n${CLOSE}\r\n${BODY}`,
    ],
    [
      'an offer to upgrade',
      `HTTP/1.1 200 OK\r\nUpgrade: h2\r\nConnection: Upgrade, close\r\n\r\n${BODY}`,
    ],
    [
      'more bytes than Content-Length',
      `HTTP/1.1 200 OK\r\nContent-Length: 9\r\n${CLOSE}\r\n${BODY} and more`,
    ],
    ['a header of 60 KB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(60_000)}\r\n${CLOSE}\r\n${BODY}`],
    ['3,000 header lines', `HTTP/1.1 200 OK\r\n${'X-A: 1\r\n'.repeat(3_000)}${CLOSE}\r\n${BODY}`],
  ])('with %s', async (_, answer) => {
    expect(await text(answering(answer))).toBe(BODY);
  });

  it.each(['text/plain', 'application/octet-stream', 'text/html; charset=utf-8', 'nonsense'])(
    'with the type %s, which is ignored',
    async (type) => {
      expect(await text(status('200 OK', `Content-Type: ${type}\r\n`))).toBe(BODY);
    },
  );

  it('with HTTP 203, to which a proxy changes a 200', async () => {
    expect(await text(status('203 Non-Authoritative Information'))).toBe(BODY);
  });

  it.each(['bytes 0-8/9', 'Bytes 0-8/9'])('with HTTP 206 and all bytes: %s', async (range) => {
    expect(await text(status('206 Partial Content', `Content-Range: ${range}\r\n`))).toBe(BODY);
  });
});

describe('a response without the image', () => {
  it.each(['bytes 0-7/9', 'bytes 1-8/9', 'bytes 0-8/*', 'bytes 0-9/10', 'items 0-8/9', ''])(
    'http_206: a part of the image, %j',
    async (range) => {
      const error = await failure(
        download(status('206 Partial Content', `Content-Range: ${range}\r\n`)),
      );
      expect(error).toMatchObject({ code: 'http_206', retryable: false });
    },
  );

  it('not_found: HTTP 404 with a placeholder image', async () => {
    expect(await failure(download(status('404 Not Found')))).toMatchObject({ code: 'not_found' });
  });

  it.each(['401 Unauthorized', '403 Forbidden'])(
    'HTTP %s names the settings that may help',
    async (code) => {
      const error = await failure(download(status(code)));
      expect(error).toMatchObject({ code: `http_${code.slice(0, 3)}`, retryable: false });
      expect(error.message).toBe(
        `Expected the image, received HTTP ${code.slice(0, 3)}; if the host requires a key, a login, a ` +
          'Referer or a browser, set DOWNLOAD_HEADERS_FILE or DOWNLOAD_USER_AGENT',
      );
    },
  );

  it('http_202: not ready yet, retryable', async () => {
    const link = odd.on('/a.jpg', (_, hit) =>
      hit === 1
        ? rawAnswer('{}', { status: '202 Accepted', headers: 'Retry-After: 3\r\n' })
        : rawAnswer(BODY),
    );
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'http_202', retryable: true, retryAfterMs: 3_000 });
    expect(error.message).toBe('Expected the image, received HTTP 202: it is not ready yet');
    expect(await text(link)).toBe(BODY);
  });

  it('connect_failure: HTTP 200 with an empty body, retryable', async () => {
    const link = odd.on('/a.jpg', (_, hit) => rawAnswer(hit === 1 ? '' : BODY));
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe('Expected the image, received HTTP 200 with an empty body');
    expect(await text(link)).toBe(BODY);
  });

  it('not_an_image: an empty body with a Refresh header, which is for pages', async () => {
    const error = await failure(download(status('200 OK', 'Refresh: 0; url=/b.jpg\r\n', '')));
    expect(error).toMatchObject({ code: 'not_an_image', retryable: false });
    expect(error.message).toMatch(/an empty body and a Refresh to another address; use the link/);
  });

  it.each([
    ['9', 'Expected 9 bytes, received 4 bytes before the connection broke'],
    ['9\r\nConnection: close', 'Expected 9 bytes, received 4 bytes before the connection broke'],
  ])('connect_failure: fewer bytes than Content-Length', async (length, message) => {
    const error = await failure(
      download(answering(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\nthe `)),
    );
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true, message });
  });

  it.each(['', CLOSE])('connect_failure: a missing chunk', async (headers) => {
    const head = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${headers}\r\n`;
    const error = await failure(download(answering(`${head}9\r\nthe `)));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe(
      'Expected a complete response, received 4 bytes before the connection broke',
    );
  });

  it('connect_failure: invalid chunks', async () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const error = await failure(download(answering(`${head}size\r\n${BODY}`)));
    expect(error.message).toBe(
      'Expected a valid HTTP response, received a malformed response: ' +
        'Invalid character in chunk size',
    );
  });

  it.each([
    [
      'a header above 64 KB',
      `X: ${'a'.repeat(66_000)}\r\n`,
      'a header of at most 64 KB, received more',
    ],
    [
      'a length twice',
      'Content-Length: 9\r\nContent-Length: 9\r\n',
      'a valid HTTP response, received an invalid header: ' +
        'two lengths, a length together with "chunked", or a malformed line',
    ],
  ])('connect_failure: %s', async (_, headers, message) => {
    const error = await failure(download(answering(`HTTP/1.1 200 OK\r\n${headers}\r\n${BODY}`)));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe(`Expected ${message}`);
  });
});

describe('a redirect with an unusual Location', () => {
  const redirected = (location: string, code = '302 Found') =>
    answering(rawAnswer('', { status: code, headers: `Location: ${location}\r\n` }));
  const path = () => odd.heads.at(-1)?.split(' ').slice(1, -1).join(' ').split(' HTTP')[0];

  it.each([
    ['/my photo (1).jpg', '/my%20photo%20(1).jpg'],
    [Buffer.from('/größe.jpg').toString('latin1'), '/gr%C3%B6%C3%9Fe.jpg'],
    ['/gr\xf6\xdfe.jpg', '/gr%F6%DFe.jpg'],
    ['/b.jpg#zoom', '/b.jpg'],
    ['b.jpg', '/b.jpg'],
    ['?b', '/a.jpg?b'],
    ['//127.0.0.1:PORT/b.jpg', '/b.jpg'],
    ['http://127.0.0.1:PORT/b.jpg', '/b.jpg'],
    ['  /b.jpg  ', '/b.jpg'],
    ['\\b.jpg', '/b.jpg'],
  ])('leads from %s to %s', async (location, expected) => {
    const link = redirected(location.replace('PORT', new URL(odd.url).port));
    expect(await failure(download(link))).toMatchObject({ code: 'not_found' });
    expect(path()).toBe(expected);
  });

  it('leads from HTTP 300 to the choice that the server prefers', async () => {
    odd.on('/b.jpg', rawAnswer(BODY));
    expect(await text(redirected('/b.jpg', '300 Multiple Choices'))).toBe(BODY);
  });

  it('may occur twice with the same value', async () => {
    odd.on('/b.jpg', rawAnswer(BODY));
    expect(await text(redirected('/b.jpg\r\nLocation: /b.jpg'))).toBe(BODY);
  });

  it('http_302: is not followed when it occurs twice with different values', async () => {
    const error = await failure(download(redirected('/b.jpg\r\nLocation: /c.jpg')));
    expect(error).toMatchObject({ code: 'http_302', retryable: false });
  });

  it('is not followed with HTTP 304 and 201', async () => {
    for (const code of ['304 Not Modified', '201 Created']) {
      const error = await failure(download(redirected('/b.jpg', code)));
      expect(error).toMatchObject({ code: `http_${code.slice(0, 3)}`, retryable: false });
    }
  });

  it('invalid_url: shows no credentials', async () => {
    const error = await failure(download(redirected('http://user:secret@a..b/')));
    expect(error).toMatchObject({ code: 'invalid_url' });
    expect(error.message).not.toContain('secret');
  });
});
