import { randomBytes } from 'node:crypto';
import { brotliCompressSync, constants, deflateRawSync, gzipSync } from 'node:zlib';
import { ImageError } from '../../src/errors';
import { decode, encodedLimit } from '../../src/images/contentCodings';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Answer, type Origin } from '../support/origin';
import { download } from './downloads';
import { failure } from './failure';

const MAX = 100_000;
const NOISE = randomBytes(5_000);

let origin: Origin;
beforeAll(async () => {
  origin = await startOrigin();
});
afterAll(() => origin.stop());

const coded = (body: Buffer, coding: string) =>
  origin.on('/coded.jpg', bytes(body, { 'content-encoding': coding }));

describe('MAX_IMAGE_BYTES and content codings', () => {
  it('limits the decoded size to the byte', async () => {
    const whole = Buffer.alloc(MAX, 'x');
    expect(await download(coded(gzipSync(whole), 'gzip'))).toEqual(whole);
    const error = await failure(download(coded(gzipSync(Buffer.alloc(MAX + 1)), 'gzip')));
    expect(error).toMatchObject({ code: 'too_large', retryable: false });
    expect(error.message).toBe('Expected at most 100000 bytes, received more after decoding gzip');
  });

  it('allows incompressible data', async () => {
    const noise = randomBytes(MAX);
    for (const [coding, body] of [
      ['gzip', gzipSync(noise)],
      ['deflate', deflateRawSync(noise, { level: 0 })],
      ['br', brotliCompressSync(noise)],
    ] as const) {
      expect(body.length).toBeGreaterThan(MAX);
      expect(await download(coded(body, coding))).toEqual(noise);
    }
  });

  it('limits the encoded size too', async () => {
    const length = encodedLimit(MAX) + 1;
    const headers = { 'content-encoding': 'br', 'content-length': String(length) };
    const announced = origin.on('/announced.jpg', bytes(randomBytes(length), headers));
    expect((await failure(download(announced))).message).toContain(
      `received a Content-Length of ${length}`,
    );
    const endless: Answer = (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      // Empty gzip members, which decode to nothing.
      const member = gzipSync('');
      const more = (): void => {
        while (!response.destroyed && response.write(member));
        response.once('drain', more);
      };
      more();
    };
    const error = await failure(download(origin.on('/endless.jpg', endless)));
    expect(error).toMatchObject({ code: 'too_large', retryable: false });
    await eventually(origin.open, (open) => open === 0);
  });

  it.each([
    ['gzip', 1],
    ['br', 1],
    ['gzip', 2],
  ])('stops a %s bomb, encoded %d times, before it is decoded', async (coding, times) => {
    const zeros = Buffer.alloc(60_000_000);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
    let body = coding === 'br' ? brotliCompressSync(zeros, { params }) : gzipSync(zeros);
    if (times === 2) body = gzipSync(body);
    const before = process.memoryUsage();
    const link = coded(body, Array<string>(times).fill(coding).join(','));
    const error = await failure(download(link, { maxBytes: 1_000_000 }));
    expect(error).toMatchObject({ code: 'too_large', retryable: false });
    const { external, arrayBuffers } = process.memoryUsage();
    expect(external + arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(
      40_000_000,
    );
  });
});

describe('a body that is not read to its end', () => {
  const stalling = (body: Buffer, coding: string) =>
    origin.on('/stalling.jpg', (response) => {
      response.writeHead(200, { 'content-encoding': coding });
      response.write(body);
    });

  it.each(['gzip', 'gzip, gzip'])('is not awaited when it is too large: %s', async (coding) => {
    const bomb = gzipSync(Buffer.alloc(5_000_000)).subarray(0, -20);
    const body =
      coding === 'gzip'
        ? bomb
        : gzipSync(Buffer.concat([bomb, randomBytes(9_000)])).subarray(0, -8);
    const error = await failure(download(stalling(body, coding)));
    expect(error).toMatchObject({ code: 'too_large' });
    await eventually(origin.open, (open) => open === 0);
  });

  it('is not awaited when it cannot be decoded', async () => {
    const body = Buffer.concat([gzipSync(NOISE).subarray(0, 10), randomBytes(5_000).fill(0xff)]);
    const error = await failure(download(stalling(body, 'gzip')));
    expect(error).toMatchObject({ code: 'connect_failure', retryable: true });
    await eventually(origin.open, (open) => open === 0);
  });

  it('is not awaited when its coding is unknown', async () => {
    const error = await failure(download(stalling(randomBytes(5_000).fill(1), 'zstd')));
    expect(error).toMatchObject({ code: 'unsupported_format' });
    await eventually(origin.open, (open) => open === 0);
  });
});

describe('aborting while a body is decoded', () => {
  it('stops the decoder after the complete body was received', async () => {
    const controller = new AbortController();
    const body = (async function* () {
      yield await Promise.resolve(gzipSync(Buffer.alloc(50_000_000)));
    })();
    const limits = { maxBytes: 2 ** 30, tooLarge: () => ImageError.permanent('too_large', '') };
    let pieces = 0;
    const decoding = (async () => {
      for await (const piece of decode(body, ['gzip'], limits)) {
        controller.signal.throwIfAborted();
        pieces += Math.sign(piece.length);
        if (pieces === 10) controller.abort(new Error('cancelled'));
      }
    })();
    await expect(decoding).rejects.toThrow('cancelled');
    expect(pieces).toBe(10);
  });

  it('stops at once while more of the body is awaited', async () => {
    const controller = new AbortController();
    const link = origin.on('/waiting.jpg', (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.write(gzipSync(randomBytes(50_000)).subarray(0, 20_000), () => {
        controller.abort(new Error('cancelled'));
      });
    });
    await expect(download(link, { signal: controller.signal })).rejects.toThrow('cancelled');
    await eventually(origin.open, (open) => open === 0);
  });
});
