import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { codingsOf, decode } from '../../src/images/contentCodings';
import { ImageError } from '../../src/errors';
import { rawAnswer, startOddOrigin, type OddOrigin } from '../support/oddOrigin';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { download } from './downloads';
import { failure } from './failure';

const JPEG = Buffer.concat([
  Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF', 'latin1'),
  randomBytes(5_000),
]);

let origin: Origin;
let odd: OddOrigin;
beforeAll(async () => {
  [origin, odd] = await Promise.all([startOrigin(), startOddOrigin()]);
});
afterAll(() => Promise.all([origin.stop(), odd.stop()]));

const coded = (body: Buffer, coding: string) =>
  origin.on('/coded.jpg', bytes(body, { 'content-encoding': coding }));

describe('a body with a content coding that was not requested', () => {
  it.each([
    ['gzip', gzipSync(JPEG)],
    ['GZIP', gzipSync(JPEG)],
    ['x-gzip', gzipSync(JPEG)],
    ['deflate', deflateSync(JPEG)],
    ['deflate', deflateRawSync(JPEG)],
    ['br', brotliCompressSync(JPEG)],
    ['identity', JPEG],
    ['', JPEG],
    ['gzip, identity', gzipSync(JPEG)],
    ['gzip, gzip', gzipSync(gzipSync(JPEG))],
    ['deflate, br', brotliCompressSync(deflateRawSync(JPEG))],
    ['br , , gzip', gzipSync(brotliCompressSync(JPEG))],
  ])('is decoded to the image: %s', async (coding, body) => {
    expect(await download(coded(body, coding))).toEqual(JPEG);
  });

  it('is decoded from pieces of any size', async () => {
    const link = origin.on('/pieces.jpg', (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const pieces = [...gzipSync(JPEG)].map((byte) => Buffer.of(byte));
      const next = (): void => {
        const piece = pieces.shift();
        if (piece === undefined) response.end();
        else if (pieces.length % 100 === 0) response.write(piece, () => setImmediate(next));
        else {
          response.write(piece);
          next();
        }
      };
      next();
    });
    expect(await download(link)).toEqual(JPEG);
  });

  it('may have its codings in two headers', async () => {
    const body = brotliCompressSync(gzipSync(JPEG));
    const headers = 'Content-Encoding: gzip\r\nContent-Encoding: br\r\n';
    expect(await download(odd.on('/two.jpg', rawAnswer(body, { headers })))).toEqual(JPEG);
  });

  it('may have its coding among the transfer codings', async () => {
    const body = gzipSync(JPEG);
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n';
    const answer = Buffer.concat([
      Buffer.from(`${head}${body.length.toString(16)}\r\n`),
      body,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    expect(await download(odd.on('/transfer.jpg', answer))).toEqual(JPEG);
  });

  it('may have several gzip members and zero padding', async () => {
    const members = [JPEG.subarray(0, 999), JPEG.subarray(999)].map((part) => gzipSync(part));
    const body = Buffer.concat([...members, Buffer.alloc(512)]);
    expect(await download(coded(body, 'gzip'))).toEqual(JPEG);
  });
});

describe('a wrong content coding', () => {
  it.each(['gzip', 'deflate', 'br', 'zstd', 'aws-chunked', 'utf-8', 'none', 'gzip, br'])(
    'is ignored when the body is an image that is not encoded: %s',
    async (coding) => {
      expect(await download(coded(JPEG, coding))).toEqual(JPEG);
    },
  );

  it('is ignored when the body is a page', async () => {
    const page = Buffer.from('<html><title>Sign in</title>');
    expect(await download(coded(page, 'gzip'))).toEqual(page);
    expect(await download(coded(page, 'compress'))).toEqual(page);
  });

  it.each([
    ['gzip', 'gzip, but not encoded with it'],
    ['zstd', 'zstd, which is not supported; gzip, deflate and br are'],
    ['compress', 'compress, which is not supported; gzip, deflate and br are'],
    ['a\u0085', '"a?", which is not supported; gzip, deflate and br are'],
    ['"a b"', '"\\"a b\\"", which is not supported; gzip, deflate and br are'],
  ])('unsupported_format: unknown bytes labelled %s', async (coding, named) => {
    const error = await failure(download(coded(Buffer.from('\x28\xb5\x2f\xfd\0\x01'), coding)));
    expect(error).toMatchObject({ code: 'unsupported_format', retryable: false });
    expect(error.message).toBe(
      `Expected an image, received bytes labelled with the content coding ${named}`,
    );
  });

  it('unsupported_format: more codings than the limit', async () => {
    const error = await failure(download(coded(JPEG, 'gzip, '.repeat(6))));
    expect(error).toMatchObject({ code: 'unsupported_format', retryable: false });
    expect(error.message).toBe('Expected at most 5 content codings, received 6');
  });
});

describe('a body that cannot be decoded', () => {
  const cut = (body: Buffer) => body.subarray(0, body.length - 20);

  it.each([
    ['gzip', cut(gzipSync(JPEG))],
    ['gzip', gzipSync(JPEG).subarray(0, 1)],
    ['deflate', cut(deflateSync(JPEG))],
    ['deflate', cut(deflateRawSync(JPEG))],
    ['br', cut(brotliCompressSync(JPEG))],
  ])('is retryable: truncated %s', async (coding, body) => {
    const error = await failure(download(coded(body, coding)));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe(`Expected a complete ${coding} body, received a truncated one`);
  });

  it.each(['gzip', 'deflate', 'br'])('is retryable: damaged %s', async (coding) => {
    const encode = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[coding];
    const body = Buffer.from(encode?.('x'.repeat(5_000)) ?? '');
    body.fill(0x55, 4, body.length);
    const error = await failure(download(coded(body, coding)));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toMatch(
      /^Expected a complete \w+ body, received (a truncated one|one that cannot be decoded: [ -~]+)$/,
    );
  });

  it('is distinguished from a broken connection', async () => {
    const link = origin.on('/broken.jpg', (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '9000' });
      response.write(gzipSync(JPEG).subarray(0, 2_000), () => response.socket?.destroy());
    });
    const error = await failure(download(link));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    expect(error.message).toBe(
      'Expected 9000 bytes, received 2000 bytes before the connection broke',
    );
  });
});

describe('any body with any content coding', () => {
  it('returns bytes or throws an ImageError', async () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc.uint8Array().map((content) => gzipSync(content)),
      fc.uint8Array().map((content) => gzipSync(content).subarray(0, 25)),
    );
    const coding = fc.oneof(fc.constantFrom('gzip', 'deflate', 'br', 'x'), fc.string());
    await fc.assert(
      fc.asyncProperty(body, fc.array(coding, { maxLength: 6 }), async (content, codings) => {
        const outcome = await (async () => {
          const source = (async function* () {
            yield await Promise.resolve(Buffer.from(content));
          })();
          const limits = {
            maxBytes: 10_000,
            tooLarge: (what: string) => ImageError.permanent('too_large', what),
          };
          await Readable.from(decode(source, codingsOf(codings.join(',')), limits)).toArray();
        })().catch((reason: unknown) => reason);
        expect(outcome === undefined || outcome instanceof ImageError).toBe(true);
      }),
    );
  });
});
