import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEmbeddedImages } from '../../src/pipeline/embeddedImages';
import { failure } from '../images/failure';

const LIMIT = 100;
const never = new AbortController().signal;
const bytesOf = (size: number) => Promise.resolve(Buffer.alloc(size, 'x'));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (concurrency = 10) => createEmbeddedImages({ folder, concurrency, maxBytes: LIMIT });

describe('fetch(read)', () => {
  it('writes the image to a file, which the caller removes', async () => {
    const source = await open().fetch(() => Promise.resolve(Buffer.from('bytes')), ['a'], never);
    expect(source.bytes).toBe(5);
    expect(await readFile(source.file, 'utf8')).toBe('bytes');
    await source.remove();
    expect(await readdir(folder)).toEqual([]);
  });

  it('gives every image its own file', async () => {
    const { fetch } = open();
    await Promise.all([
      fetch(() => bytesOf(1), ['a'], never),
      fetch(() => bytesOf(2), ['a'], never),
    ]);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('accepts an image as large as the limit', async () => {
    expect((await open().fetch(() => bytesOf(LIMIT), ['a'], never)).bytes).toBe(LIMIT);
  });

  it('too_large: an image over the limit', async () => {
    const error = await failure(open().fetch(() => bytesOf(LIMIT + 1), ['a'], never));
    expect(error).toMatchObject({ code: 'too_large', retryable: false });
    expect(error.message).toBe('Expected at most 100 bytes, received 101');
    expect(await readdir(folder)).toEqual([]);
  });

  it('invalid_url: a damaged link', async () => {
    const error = await failure(open().fetch(() => Promise.resolve(null), ['a'], never));
    expect(error).toMatchObject({ code: 'invalid_url', retryable: false });
    expect(error.message).toMatch(
      /^Expected a data: link with the whole image, received one that /,
    );
  });

  it('reads an image only when it has a permit, and lets the next one follow after any end', async () => {
    const { fetch } = open(1);
    const first = await fetch(() => bytesOf(1), ['a'], never);
    const reads: string[] = [];
    const failing = fetch(() => Promise.reject(new Error(`read ${reads.push('b')}`)), ['b'], never);
    const third = fetch(() => (reads.push('c'), bytesOf(1)), ['c'], never);
    await new Promise(setImmediate);
    expect(reads).toEqual([]);
    first.releasePermit();
    await expect(failing).rejects.toThrow('read 1');
    await third;
    expect(reads).toEqual(['b', 'c']);
  });

  it('throws the reason when aborted while it reads, and leaves no file', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const read = () => {
      controller.abort(reason);
      return bytesOf(1);
    };
    await expect(open().fetch(read, ['a'], controller.signal)).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([]);
  });
});
