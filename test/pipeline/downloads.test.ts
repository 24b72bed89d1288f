import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HostCoolingDown, ProcessDied } from '../../src/errors';
import { createDownloads, type Downloads } from '../../src/pipeline/downloads';
import { childrenOf } from '../support/childrenOf';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, status, type Origin } from '../support/origin';

const SCRIPT = path.join(__dirname, '..', '..', 'dist', 'src', 'bin', 'downloadProcess.js');
const never = new AbortController().signal;

let origin: Origin;
let folder: string;
let downloads: Downloads;
let stages: string[];
let inFlight: Map<string, number>;

beforeEach(async () => {
  origin = await startOrigin();
  folder = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
  stages = [];
  inFlight = new Map();
});
afterEach(async () => {
  downloads.close();
  await origin.stop();
  await rm(folder, { recursive: true, force: true });
});

function open(env: Record<string, string> = {}, own: { host: string; port: number }[] = []): void {
  downloads = createDownloads({
    script: SCRIPT,
    env: { ALLOWED_NETWORKS: '127.0.0.0/8', ...env },
    folder,
    own: { named: own, publicUrls: [], stores: [] },
    logger: { error: () => undefined, warn: () => undefined },
    onStage: (stage) => stages.push(stage),
    onInFlight: (stage, images) => inFlight.set(stage, images),
  });
}

const fetch = (link: string, signal = never) => downloads.fetch(link, ['a'], signal);
const processes = () => childrenOf(process.pid, SCRIPT);

async function thrown(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
}

describe('fetch(link)', () => {
  it('downloads to a file, which the caller removes', async () => {
    open();
    const source = await fetch(origin.on('/a.jpg', bytes('the bytes')));
    expect(source.bytes).toBe(9);
    expect(await readFile(source.file, 'utf8')).toBe('the bytes');
    await source.remove();
    expect(await readdir(folder)).toEqual([]);
    expect(stages).toEqual(['host_wait', 'worker_wait', 'download']);
  });

  it('writes a large image in pieces, whole', async () => {
    open();
    const content = Buffer.alloc(5 * 2 ** 20 + 1, 'abc');
    const { file } = await fetch(origin.on('/a.jpg', bytes(content)));
    expect((await readFile(file)).equals(content)).toBe(true);
  });

  it('throws the error of the download, as it was thrown in the process', async () => {
    open();
    expect(await thrown(fetch(origin.on('/a.jpg', status(404))))).toMatchObject({
      name: 'ImageError',
      code: 'not_found',
      retryable: false,
      message: 'Expected the image, received HTTP 404',
    });
    const busy = origin.on('/b.jpg', status(429, { 'retry-after': '60' }));
    expect(await thrown(fetch(busy))).toMatchObject({ code: 'http_429', retryAfterMs: 60_000 });
    const cooling = await thrown(fetch(busy));
    expect(cooling).toBeInstanceOf(HostCoolingDown);
    expect((cooling as HostCoolingDown).until.getTime()).toBeGreaterThan(Date.now());
    expect(await readdir(folder)).toEqual([]);
  });

  it('connects to no server of ours', async () => {
    const { port } = new URL(origin.url);
    open({}, [{ host: '127.0.0.1', port: Number(port) }]);
    const link = origin.on('/a.jpg', bytes('the bytes'));
    expect(await thrown(fetch(link))).toMatchObject({ code: 'blocked_address' });
    expect(origin.hits('/a.jpg')).toBe(0);
  });

  it('throws when the disk is full or gone, which is not the fault of an image', async () => {
    open();
    const link = origin.on('/a.jpg', bytes('the bytes'));
    await rm(folder, { recursive: true });
    const error = await thrown(fetch(link));
    expect(error).not.toMatchObject({ name: 'ImageError' });
    expect(error).toMatchObject({ code: 'ENOENT' });
  });

  it('downloads the next image when a permit is released', async () => {
    open({ IMAGE_CONCURRENCY: '1' });
    const link = origin.on('/a.jpg', bytes('the bytes'));
    const first = await fetch(link);
    const second = fetch(link);
    await eventually(
      () => inFlight.get('worker_wait'),
      (images) => images === 1,
    );
    first.releasePermit();
    expect((await second).bytes).toBe(9);
  });
});

describe('fetch(link) that is aborted', () => {
  it('throws the reason at once, and closes the connection', async () => {
    open();
    const controller = new AbortController();
    const work = fetch(origin.on('/a.jpg', stall), controller.signal);
    await eventually(origin.open, (connections) => connections === 1);
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await thrown(work)).toBe(reason);
    await eventually(origin.open, (connections) => connections === 0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('starts no download when it was aborted before', async () => {
    open();
    const reason = new Error('cancelled');
    const link = origin.on('/a.jpg', bytes('the bytes'));
    expect(await thrown(fetch(link, AbortSignal.abort(reason)))).toBe(reason);
    expect(origin.hits('/a.jpg')).toBe(0);
  });
});

describe('a download process that dies', () => {
  it('fails what it was downloading for no fault of the images, and is replaced', async () => {
    open();
    const works = [1, 2].map((number) => thrown(fetch(origin.on(`/${number}.jpg`, stall))));
    await eventually(origin.open, (connections) => connections === 2);
    const [pid = 0] = processes();
    process.kill(pid, 'SIGKILL');
    for (const error of await Promise.all(works)) expect(error).toBeInstanceOf(ProcessDied);
    const { bytes: size } = await fetch(origin.on('/a.jpg', bytes('the bytes')));
    expect(size).toBe(9);
    expect(processes()).not.toContain(pid);
  });
});
