import fc from 'fast-check';
import type { Dispatcher } from 'undici';
import { readConfig } from '../../src/config';
import { createImagePipeline } from '../../src/images/pipeline';
import { createDispatcher } from '../../src/network/dispatcher';
import type { CompressOptions } from '../../src/records/types';
import { eventually } from '../support/eventually';
import { bytes, reset, stall, startOrigin, status, type Origin } from '../support/origin';
import { corruptPhoto, photo } from '../support/pictures';

const OPTIONS: CompressOptions = {
  quality: 50,
  format: 'keep',
  effort: 'fast',
  max_width: null,
  max_height: null,
};
const never = new AbortController().signal;

let origin: Origin;
let dispatcher: Dispatcher;
beforeEach(async () => {
  origin = await startOrigin();
  origin.on('/whole', bytes(await photo()));
  origin.on('/broken', bytes(await corruptPhoto()));
  origin.on('/stalled', stall);
  origin.on('/reset', reset);
  origin.on('/busy', status(503));
  dispatcher = createDispatcher({ ALLOWED_NETWORKS: ['127.0.0.0/8'] });
});
afterEach(async () => {
  await dispatcher.destroy();
  await origin.stop();
});

function pipeline({ places = 4, perHost = 2 } = {}) {
  const config = readConfig({
    IMAGE_CONCURRENCY: String(places),
    HOST_CONCURRENCY: String(perHost),
  });
  const { process } = createImagePipeline(config, dispatcher);
  return (path: string, signal = never, base = origin.url) => process(base + path, OPTIONS, signal);
}

/** The same origin under another host. */
const otherHost = () => origin.url.replace('127.0.0.1', 'localhost');

const ignored = (work: Promise<unknown>) => work.catch(() => undefined);

describe('process(link)', () => {
  it('compresses what is behind the link, and says how much was downloaded', async () => {
    const original = await photo();
    const processed = await pipeline()('/whole');
    expect(processed).toMatchObject({
      bytes_in: original.length,
      format: 'jpeg',
      width: 320,
      height: 240,
    });
    expect(processed.bytes.length).toBeLessThan(original.length);
  });

  /** How many downloads a crowd of images brings to the origin at once, when it waits for as many. */
  async function mostAtOnce(process: ReturnType<typeof pipeline>, expected: number) {
    const body = await photo();
    const held: (() => void)[] = [];
    let most = 0;
    let isHolding = true;
    origin.on('/held', (response) => {
      most = Math.max(most, origin.open());
      if (isHolding) held.push(() => response.end(body));
      else response.end(body);
    });
    const work = Promise.all(Array.from({ length: 10 }, () => process('/held')));
    await eventually(origin.open, (open) => open >= expected);
    isHolding = false;
    for (const answer of held) answer();
    await work;
    return most;
  }

  it('downloads no more at once from a host than HOST_CONCURRENCY', async () => {
    expect(await mostAtOnce(pipeline({ places: 10, perHost: 3 }), 3)).toBe(3);
  });

  it('holds no more images at once than IMAGE_CONCURRENCY', async () => {
    expect(await mostAtOnce(pipeline({ places: 2, perHost: 10 }), 2)).toBe(2);
  });

  it('goes on with other hosts while one holds all of its own places', async () => {
    const process = pipeline({ places: 4, perHost: 2 });
    const controller = new AbortController();
    const held = Array.from({ length: 6 }, () => ignored(process('/stalled', controller.signal)));
    await eventually(origin.open, (open) => open === 2);
    await expect(process('/whole', never, otherHost())).resolves.toBeDefined();
    controller.abort();
    await Promise.all(held);
  });

  it('gives the place of an aborted image to the next', async () => {
    const process = pipeline({ places: 1, perHost: 1 });
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const held = process('/stalled', controller.signal).catch((error: unknown) => error);
    await eventually(origin.open, (open) => open === 1);
    const next = process('/whole');
    controller.abort(reason);
    expect(await held).toBe(reason);
    await expect(next).resolves.toBeDefined();
  });

  it('gives the reason to an image that is aborted while it waits', async () => {
    const process = pipeline({ places: 1, perHost: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const held = ignored(process('/stalled', first.signal));
    await eventually(origin.open, (open) => open === 1);
    const reason = new Error('cancelled');
    const waiting = [
      process('/whole', second.signal),
      process('/whole', second.signal, otherHost()),
    ].map((work) => work.catch((error: unknown) => error));
    second.abort(reason);
    expect(await Promise.all(waiting)).toEqual([reason, reason]);
    expect(origin.hits('/whole')).toBe(0);
    first.abort();
    await held;
    await expect(process('/whole')).resolves.toBeDefined();
  });

  it('loses no place, however images end', async () => {
    const process = pipeline({ places: 2, perHost: 1 });
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
          return ignored(process(path, signal, bases[base]));
        });
        setImmediate(() => {
          controller.abort();
        });
        await Promise.all(work);
        await Promise.all([process('/whole'), process('/whole', never, otherHost())]);
      }),
      { numRuns: 20 },
    );
  });
});
