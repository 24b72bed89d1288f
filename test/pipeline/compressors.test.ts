import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { CompressOptions } from '../../contract/formats';
import { createCompressors, type Compressors } from '../../src/pipeline/compressors';
import { eventually } from '../support/eventually';
import { options } from '../support/compress';
import { childrenOf } from '../support/childrenOf';
import { corruptPhoto, photo, picture } from '../support/pictures';

const ROOT = path.join(__dirname, '..', '..');
const SCRIPT = path.join(ROOT, 'dist', 'src', 'bin', 'imageProcess.js');
const HOOK = path.join(ROOT, 'test', 'support', 'crashingImages.cjs');
const ID = '5efa2c81-0000-4000-8000-000000000000';
const GIB = 2 ** 30;
const never = new AbortController().signal;
// Many images listen to one signal.
setMaxListeners(0, never);

let folder: string;
let compressors: Compressors;
let deaths: string[];
let files = 0;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
});
afterEach(async () => {
  compressors.close();
  await rm(folder, { recursive: true, force: true });
});

function open({ memoryBytes = 4 * GIB, cpuSeconds = 60 } = {}): void {
  deaths = [];
  compressors = createCompressors({
    script: SCRIPT,
    env: { DATA_DIR: folder, NODE_OPTIONS: `--require ${HOOK}`, UV_THREADPOOL_SIZE: '3' },
    memoryBytes,
    cpuSeconds,
    logger: { warn: () => undefined },
    onDeath: (reason) => deaths.push(reason),
  });
}

async function jobOf(bytes: Buffer, given: Partial<CompressOptions> = {}) {
  files += 1;
  const file = path.join(folder, `source-${files}`);
  await writeFile(file, bytes);
  return { file, output: `${file}.out`, requestId: ID, ref: `0-${files}`, options: options(given) };
}

const small = async (bytes: Buffer, given: Partial<CompressOptions> = {}, signal = never) =>
  compressors.small(await jobOf(bytes, given), signal, ['a']);

async function large(
  bytes: Buffer,
  given: Partial<CompressOptions> = {},
  { cost = { memoryBytes: GIB / 2, cpuSeconds: 1 }, signal = never, key = 'a' } = {},
) {
  const job = await jobOf(bytes, given);
  return compressors.large((compress) => compress(job), cost, signal, [key]);
}

async function thrown(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
}

/** Takes many seconds, as AVIF of any photo does. */
const heavy = () => picture(3000, 2000).jpeg().toBuffer();
const AVIF = { format: 'avif', effort: 'balanced' } as const;

describe('small(job)', () => {
  it('writes the compressed image, and returns its hash', async () => {
    open();
    const original = await photo();
    const answer = await small(original);
    if (!('compressed' in answer)) throw new Error('Expected a compressed image');
    const { sha256, bytes_out, ...shape } = answer.compressed;
    const ms = expect.any(Number) as number;
    expect(shape).toEqual({ width: 320, height: 240, format: 'jpeg', note: null, ms });
    expect(bytes_out).toBeLessThan(original.length);
    const written = await readFile(path.join(folder, `source-${files}.out`));
    expect(written).toHaveLength(bytes_out);
    expect(createHash('sha256').update(written).digest('hex')).toBe(sha256);
  });

  it('throws the error of the image, as it was thrown in the process', async () => {
    open();
    expect(await thrown(small(await corruptPhoto()))).toMatchObject({
      name: 'ImageError',
      code: 'corrupt_image',
      retryable: false,
      message: expect.stringMatching(/^Expected an intact image/) as string,
    });
    expect(deaths).toEqual([]);
  });

  it('throws an error of the disk with its code, so that it is not taken for a fault of the image', async () => {
    open();
    const job = { ...(await jobOf(await photo())), output: '/dev/full' };
    expect(await thrown(compressors.small(job, never, ['a']))).toMatchObject({ code: 'ENOSPC' });
  });

  it('returns the cost of an image that is not small, before it is decoded', async () => {
    open();
    const answer = await small(await heavy(), AVIF);
    expect(answer).toEqual({
      memoryBytes: expect.any(Number) as number,
      cpuSeconds: expect.any(Number) as number,
    });
    expect(await readdir(folder)).not.toContain('files');
  });

  it('leaves an image that takes far longer than expected to the large ones', async () => {
    open();
    const answer = await small(Buffer.from('hang'));
    expect(answer).toMatchObject({ cpuSeconds: 60 });
    expect(deaths).toEqual(['cpu']);
  });
});

describe('a process that crashes', () => {
  it('costs only its own image, which fails after three crashes', async () => {
    open();
    const content = await photo();
    const [poison, ...others] = await Promise.allSettled([
      small(Buffer.from('crash')),
      ...Array.from({ length: 12 }, () => small(content)),
    ]);
    expect(poison).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'internal',
        retryable: false,
        message: 'Image process crashed 3 times while processing this image',
      },
    });
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 'fulfilled'));
    expect(deaths).toEqual(['crash', 'crash', 'crash']);
  });
});

describe('large(work, cost)', () => {
  it('fails an image for good that takes more CPU time than the limit', async () => {
    open({ cpuSeconds: 1 });
    const error = await thrown(large(await heavy(), AVIF));
    expect(error).toMatchObject({ code: 'timeout', retryable: false });
    expect((error as Error).message).toMatch(/^Expected an image that takes at most 1 s/);
    expect(deaths).toEqual(['cpu']);
  });

  it('gives all memory to an image that needs more than expected, and fails it then', async () => {
    open({ memoryBytes: GIB / 2 });
    const bytes = await sharp({
      create: { width: 6000, height: 4000, channels: 4, background: '#1239' },
    })
      .png()
      .toBuffer();
    const error = await thrown(large(bytes, AVIF, { cost: { memoryBytes: 1, cpuSeconds: 1 } }));
    expect(error).toMatchObject({ code: 'too_many_pixels', retryable: false });
    expect((error as Error).message).toMatch(/needs at most \d+ MiB of memory/);
  });

  it('does not keep small images waiting, however many there are', async () => {
    open();
    const controller = new AbortController();
    const bytes = await heavy();
    const done: string[] = [];
    const many = Array.from({ length: 8 }, () =>
      large(bytes, AVIF, { signal: controller.signal }).then(
        () => done.push('large'),
        () => undefined,
      ),
    );
    const content = await photo();
    await Promise.all(Array.from({ length: 10 }, () => small(content)));
    expect(done).toEqual([]);
    controller.abort();
    await Promise.all(many);
  });

  it('lets requests take turns', async () => {
    open({ memoryBytes: GIB });
    const controller = new AbortController();
    const bytes = await picture(1200, 900).jpeg().toBuffer();
    const done: string[] = [];
    // Each gets all the memory, so that they run one at a time.
    const cost = { memoryBytes: 2 * GIB, cpuSeconds: 1 };
    const work = [...Array.from({ length: 8 }, () => 'a'), 'b'].map((key) =>
      large(bytes, { format: 'png' }, { cost, key, signal: controller.signal }).then(() =>
        done.push(key),
      ),
    );
    await Promise.all(work);
    // Two are running or next when it arrives, and one is ahead of it in the rotation.
    expect(done.indexOf('b')).toBeLessThanOrEqual(3);
  });
});

describe('an image that is aborted', () => {
  it('throws the reason at once, and its process is gone soon after', async () => {
    open();
    const controller = new AbortController();
    const work = large(await heavy(), AVIF, { signal: controller.signal });
    const [pid] = await eventually(
      () => childrenOf(process.pid, SCRIPT),
      (pids) => pids.length === 1,
    );
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await thrown(work)).toBe(reason);
    await eventually(
      () => childrenOf(process.pid, SCRIPT),
      (pids) => !pids.includes(pid ?? 0),
    );
    expect(await thrown(large(await photo()))).toBe('nothing was thrown');
  });
});

describe('an image process', () => {
  it('ends with the worker, however that ended', async () => {
    open();
    const parent = path.join(folder, 'parent.cjs');
    await writeFile(
      parent,
      `const { fork } = require('node:child_process');
       const child = fork(${JSON.stringify(SCRIPT)}, { env: { DATA_DIR: ${JSON.stringify(folder)} } });
       console.log(child.pid);`,
    );
    const started = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => {
      started.stdout.once('data', (text: Buffer) => {
        resolve(Number(text.toString()));
      });
    });
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toContain('imageProcess.js');
    started.kill('SIGKILL');
    await eventually(
      () => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      (command) => command === '',
    );
  });
});
