import { setMaxListeners } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import type { Dispatcher } from 'undici';
import { readConfig } from '../../src/config';
import { HostCoolingDown, ImageError } from '../../src/errors';
import { createDownloadQueue, type Observe } from '../../src/images/downloadQueue';
import { dispatcherAllowing } from '../support/targets';
import { eventually } from '../support/eventually';
import { bytes, redirect, reset, stall, startOrigin, status, type Origin } from '../support/origin';
import { corruptPhoto, photo } from '../support/pictures';

const unobserved: Observe = (_, work) => work();
const never = new AbortController().signal;
// Many images listen to one signal.
setMaxListeners(0, never);

let origin: Origin;
let dispatcher: Dispatcher;
let folder: string;
let files = 0;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
  origin = await startOrigin();
  origin.on('/whole', bytes(await photo()));
  origin.on('/broken', bytes(await corruptPhoto()));
  origin.on('/stalled', stall);
  origin.on('/reset', reset);
  origin.on('/busy', status(503));
  dispatcher = dispatcherAllowing('127.0.0.0/8');
});
afterEach(async () => {
  await dispatcher.destroy();
  await origin.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Returns a function that downloads an image and releases its permit, as if it were compressed at once. */
function queue({ permits = 4, perHost = 2, firstByteMs = 600_000 } = {}) {
  const config = readConfig({
    IMAGE_CONCURRENCY: String(permits),
    HOST_CONCURRENCY: String(perHost),
    DOWNLOAD_TIMEOUT_MS: '600000',
    FIRST_BYTE_TIMEOUT_MS: String(firstByteMs),
  });
  const { download: downloadTo } = createDownloadQueue(config, dispatcher);
  return async (at: string, signal = never, base = origin.url, key = 'a') => {
    const file = path.join(folder, String(++files));
    const { bytes, release } = await downloadTo(
      { key: [key], link: base + at, file },
      signal,
      unobserved,
    );
    release();
    return { file, bytes };
  };
}

/** The same origin with another host. */
const otherHost = () => origin.url.replace('127.0.0.1', 'localhost');

const ignored = (work: Promise<unknown>) => work.catch(() => undefined);

/** Returns the maximum of concurrent downloads at the origin, which waits for the given number. */
async function mostAtOnce(download: ReturnType<typeof queue>, expected: number) {
  const body = await photo();
  const held: (() => void)[] = [];
  let most = 0;
  let isHolding = true;
  origin.on('/held', (response) => {
    most = Math.max(most, origin.open());
    // Without a header, the permit of the image would be lent to others.
    response.writeHead(200).flushHeaders();
    if (isHolding) held.push(() => response.end(body));
    else response.end(body);
  });
  const work = Promise.all(Array.from({ length: 10 }, () => download('/held')));
  await eventually(origin.open, (open) => open >= expected);
  isHolding = false;
  for (const answer of held) answer();
  await work;
  return most;
}

describe('download(link)', () => {
  it('writes the image at the link to the file, and returns its size', async () => {
    const original = await photo();
    const { file, bytes } = await queue()('/whole');
    expect(bytes).toBe(original.length);
    expect((await readFile(file)).equals(original)).toBe(true);
  });

  it('leaves no file of a download that fails', async () => {
    await ignored(queue()('/reset'));
    expect(await readdir(folder)).toEqual([]);
  });

  it('runs at most HOST_CONCURRENCY downloads from a host', async () => {
    expect(await mostAtOnce(queue({ permits: 10, perHost: 3 }), 3)).toBe(3);
  });

  it('processes at most IMAGE_CONCURRENCY images', async () => {
    expect(await mostAtOnce(queue({ permits: 2, perHost: 10 }), 2)).toBe(2);
  });

  it('continues with other hosts while one uses all of its permits', async () => {
    const download = queue({ permits: 4, perHost: 2 });
    const controller = new AbortController();
    const held = Array.from({ length: 6 }, () => ignored(download('/stalled', controller.signal)));
    await eventually(origin.open, (open) => open === 2);
    await expect(download('/whole', never, otherHost())).resolves.toBeDefined();
    controller.abort();
    await Promise.all(held);
  });

  it('lets requests take turns at a host, however many images one of them has', async () => {
    const body = await photo();
    const seen: string[] = [];
    for (const path of [...Array.from({ length: 20 }, (_, n) => `/large/${n}`), '/small']) {
      origin.on(path, (response) => {
        seen.push(path);
        response.end(body);
      });
    }
    const download = queue({ permits: 4, perHost: 1 });
    const large = Array.from({ length: 20 }, (_, n) =>
      download(`/large/${n}`, never, origin.url, 'large'),
    );
    await download('/small', never, origin.url, 'small');
    // One image is being downloaded when it arrives, and one is ahead of it in the rotation.
    expect(seen.indexOf('/small')).toBeLessThanOrEqual(2);
    await Promise.all(large);
    expect(seen).toHaveLength(21);
  });

  it('lets requests take turns at the permits, whatever their hosts', async () => {
    const body = await photo();
    const seen: string[] = [];
    const answerAt = (path: string) =>
      origin.on(path, (response) => {
        seen.push(path);
        response.end(body);
      });
    const paths = Array.from({ length: 20 }, (_, n) => `/large/${n}`);
    for (const path of [...paths, '/small']) answerAt(path);
    const download = queue({ permits: 1, perHost: 100 });
    const large = paths.map((path) => download(path, never, origin.url, 'large'));
    await download('/small', never, otherHost(), 'small');
    expect(seen.indexOf('/small')).toBeLessThanOrEqual(2);
    await Promise.all(large);
  });

  it('gives the permit of an aborted image to the next one', async () => {
    const download = queue({ permits: 1, perHost: 1 });
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const held = download('/stalled', controller.signal).catch((error: unknown) => error);
    await eventually(origin.open, (open) => open === 1);
    const next = download('/whole');
    controller.abort(reason);
    expect(await held).toBe(reason);
    await expect(next).resolves.toBeDefined();
  });

  it('throws the reason when an image is aborted while it waits', async () => {
    const download = queue({ permits: 1, perHost: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const held = ignored(download('/stalled', first.signal));
    await eventually(origin.open, (open) => open === 1);
    const reason = new Error('cancelled');
    const waiting = [
      download('/whole', second.signal),
      download('/whole', second.signal, otherHost()),
    ].map((work) => work.catch((error: unknown) => error));
    second.abort(reason);
    expect(await Promise.all(waiting)).toEqual([reason, reason]);
    expect(origin.hits('/whole')).toBe(0);
    first.abort();
    await held;
    await expect(download('/whole')).resolves.toBeDefined();
  });

  it('loses no permit, however images end', async () => {
    const download = queue({ permits: 2, perHost: 1 });
    const image = fc.record({
      path: fc.constantFrom('/whole', '/broken', '/reset', '/busy', '/missing', '/stalled'),
      base: fc.constantFrom('here', 'there', 'nowhere'),
      isAborted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(image, { maxLength: 12 }), async (images) => {
        const controller = new AbortController();
        const bases = { here: origin.url, there: otherHost(), nowhere: 'http://10.0.0.1' };
        const work = images.map(({ path, base, isAborted }) => {
          const endless = path === '/stalled' && base !== 'nowhere';
          const signal = isAborted || endless ? controller.signal : never;
          return ignored(download(path, signal, bases[base]));
        });
        setImmediate(() => {
          controller.abort();
        });
        await Promise.all(work);
        await Promise.all([download('/whole'), download('/whole', never, otherHost())]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('download(link): a host that does not answer', () => {
  const held: ServerResponse[] = [];
  beforeEach(() => {
    held.length = 0;
    origin.on('/silent', (response) => held.push(response));
  });

  it('holds no image permit, and all of its own', async () => {
    const download = queue({ permits: 2, perHost: 2 });
    const controller = new AbortController();
    const silent = Array.from({ length: 6 }, () => ignored(download('/silent', controller.signal)));
    await eventually(origin.open, (open) => open === 2);
    await expect(download('/whole', never, otherHost())).resolves.toBeDefined();
    expect(origin.open()).toBe(2);
    controller.abort();
    await Promise.all(silent);
  });

  it('gets its image permit again before the body is read, ahead of images that were not started', async () => {
    const download = queue({ permits: 1, perHost: 3 });
    const body = await photo();
    const finished: string[] = [];
    const note = (name: string, work: Promise<unknown>) => work.then(() => finished.push(name));
    const work = [note('silent', download('/silent'))];
    await eventually(
      () => held.length,
      (length) => length === 1,
    );
    // It gets the permit that the first one lends, and keeps it.
    let finish: () => void = () => undefined;
    origin.on('/kept', (response) => {
      response.writeHead(200).flushHeaders();
      finish = () => response.end(body);
    });
    work.push(note('kept', download('/kept')));
    await eventually(
      () => origin.hits('/kept'),
      (hits) => hits === 1,
    );
    work.push(note('not started', download('/whole')));
    const [silent] = held;
    const sent = new Promise((resolve) => silent?.once('finish', resolve));
    silent?.end(body);
    await sent;
    finish();
    await Promise.all(work);
    expect(finished).toEqual(['kept', 'silent', 'not started']);
  });

  it('gets fewer downloads at once after timeouts, and all again after downloads', async () => {
    const download = queue({ permits: 10, perHost: 4, firstByteMs: 2_000 });
    const errors = await Promise.all(
      Array.from({ length: 4 }, () => download('/silent').catch((error: unknown) => error)),
    );
    for (const error of errors) expect(error).toMatchObject({ code: 'timeout' });
    expect(await mostAtOnce(download, 1)).toBe(1);
    expect(await mostAtOnce(download, 4)).toBe(4);
  });
});

describe('download(link): a host that asks for a pause', () => {
  /** Refuses the first request with a Retry-After. */
  async function busyOnce(code: 429 | 503, retryAfter: string): Promise<void> {
    origin.on('/busy', status(code, { 'retry-after': retryAfter }), bytes(await photo()));
  }

  async function thrown(work: Promise<unknown>): Promise<unknown> {
    return work.then(
      () => 'nothing was thrown',
      (error: unknown) => error,
    );
  }

  it.each([
    [429, 'http_429'],
    [503, 'http_5xx'],
  ] as const)('gets no further request after HTTP %d with Retry-After', async (code, errorCode) => {
    await busyOnce(code, '60');
    const download = queue();
    expect(await thrown(download('/busy'))).toMatchObject({
      code: errorCode,
      retryAfterMs: 60_000,
    });
    const error = await thrown(download('/whole'));
    expect(error).toBeInstanceOf(HostCoolingDown);
    const { message, until } = error as HostCoolingDown;
    expect(error).toMatchObject({ code: errorCode });
    expect(message).toBe(
      `${new URL(origin.url).host} is cooling down after HTTP ${code} with Retry-After; ` +
        `next request after ${until.toISOString()}`,
    );
    expect(origin.hits('/whole')).toBe(0);
  });

  it('gets no request from images that were already waiting for it', async () => {
    await busyOnce(429, '60');
    const download = queue({ perHost: 1 });
    const [refused, ...waiting] = await Promise.all(
      ['/busy', '/whole', '/whole', '/whole'].map((path) => thrown(download(path))),
    );
    expect(refused).toBeInstanceOf(ImageError);
    for (const error of waiting) expect(error).toBeInstanceOf(HostCoolingDown);
    expect(origin.hits('/whole')).toBe(0);
  });

  it('does not hold up other hosts', async () => {
    await busyOnce(429, '60');
    const download = queue();
    await thrown(download('/busy'));
    await expect(download('/whole', never, otherHost())).resolves.toBeDefined();
  });

  it('gets no request through a redirect', async () => {
    await busyOnce(429, '60');
    origin.on('/elsewhere', redirect(`${origin.url}/whole`));
    const download = queue();
    await thrown(download('/busy'));
    expect(await thrown(download('/elsewhere', never, otherHost()))).toBeInstanceOf(
      HostCoolingDown,
    );
    expect(origin.hits('/elsewhere')).toBe(1);
    expect(origin.hits('/whole')).toBe(0);
  });

  it('is the host that responded, not the host of the link', async () => {
    await busyOnce(429, '60');
    origin.on('/elsewhere', redirect(`${origin.url}/busy`));
    const download = queue();
    await thrown(download('/elsewhere', never, otherHost()));
    await expect(download('/whole', never, otherHost())).resolves.toBeDefined();
    expect(await thrown(download('/whole'))).toBeInstanceOf(HostCoolingDown);
  });

  it('gets requests again after the cooldown', async () => {
    await busyOnce(429, '1');
    const download = queue();
    const refused = download('/busy');
    await thrown(refused);
    const error = await thrown(download('/whole'));
    expect(error).toBeInstanceOf(HostCoolingDown);
    const { until } = error as HostCoolingDown;
    await eventually(
      () => Date.now(),
      (now) => now >= until.getTime(),
    );
    await expect(download('/whole')).resolves.toBeDefined();
  });

  it.each([
    ['gives no pause', 429, {}],
    ['gives a pause of zero', 429, { 'retry-after': '0' }],
    ['responds with another status', 500, { 'retry-after': '60' }],
  ])('gets requests again at once when it %s', async (_, code, headers) => {
    origin.on('/busy', status(code, headers));
    const download = queue();
    await thrown(download('/busy'));
    await expect(download('/whole')).resolves.toBeDefined();
  });

  it('uses no permits while it is cooling down', async () => {
    await busyOnce(429, '60');
    const download = queue({ permits: 1, perHost: 1 });
    await thrown(download('/busy'));
    for (let n = 0; n < 3; n += 1) await thrown(download('/whole'));
    await expect(download('/whole', never, otherHost())).resolves.toBeDefined();
  });
});
