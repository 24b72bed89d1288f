import { chromium, type Browser, type Request } from 'playwright-core';
import { csvOf, upload, waitUntilCompleted } from '../client';
import { withBench } from '../environment';
import { figure } from '../limits';
import type { Measure } from '../measure';
import { inTurns, medianOf, summaryOf } from '../samples';
import { shown } from '../table';

const ROUNDS = { whole: 5, quick: 1 } as const;
const IMAGES = 20;

/** A phone: its screen, and a processor that is this many times slower than the machine's. */
const SCREEN = { width: 360, height: 800 };
const SLOWDOWN = 4;

export const page: Measure = {
  title: 'The page',
  about: `The compressed JavaScript that Chromium loads for each view, and the time from the navigation to the file
input being there and painted, with an empty cache, a phone's screen and a processor slowed down ${SLOWDOWN} times.`,

  run: ({ size, log }) =>
    withBench(['api', 'worker'], {}, async (bench) => {
      const sent = await upload(bench, csvOf(`${bench.originUrl}/tiny`, IMAGES));
      await waitUntilCompleted(bench.url, sent);
      const browser = await chromium.launch({
        executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
        args: ['--no-sandbox'],
      });
      try {
        const paths = { requests: '/', request: `/requests/${sent.id}`, system: '/system' };
        const scripts = new Map<string, ReadonlyMap<string, number>>();
        for (const [view, path] of Object.entries(paths)) {
          scripts.set(view, await scriptsOf(browser, bench.url + path));
        }
        const { first } = await inTurns(log, ROUNDS[size], {
          first: () => timeUntilUsable(browser, bench.url),
        });
        const rows = [...scripts].map(([view, files]) => [
          view,
          shown(sumOf(files) / 1000),
          [...files].map(([name, bytes]) => `${name} ${shown(bytes / 1000)}`).join(', '),
        ]);
        const firstView = sumOf(scripts.get('requests') ?? new Map<string, number>());
        return {
          figures: [
            figure('pageScript', firstView / 1000, 'as it is sent, with gzip'),
            figure('pageUsable', medianOf(first), summaryOf(first, 'ms')),
          ],
          tables: [
            { title: 'JavaScript by view', header: ['View', 'kB with gzip', 'Files'], rows },
          ],
        };
      } finally {
        await browser.close();
      }
    }),
};

const sumOf = (files: ReadonlyMap<string, number>) =>
  [...files.values()].reduce((sum, bytes) => sum + bytes, 0);

/** Returns the bytes that were sent of each script of a view. */
async function scriptsOf(browser: Browser, url: string): Promise<ReadonlyMap<string, number>> {
  const context = await browser.newContext();
  const view = await context.newPage();
  const loaded: Request[] = [];
  view.on('requestfinished', (request) => loaded.push(request));
  await view.goto(url);
  await view.getByRole('heading', { level: 1 }).waitFor();
  const scripts = loaded.filter((request) => request.resourceType() === 'script');
  const sizes = await Promise.all(
    scripts.map(async (script): Promise<[string, number]> => {
      const { responseBodySize } = await script.sizes();
      return [script.url().replace(/.*\//, ''), responseBodySize];
    }),
  );
  await context.close();
  return new Map(sizes);
}

/** Resolves when the file input was painted. Runs in the page, before its own script. */
const USABLE = `
  window.usable = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('input[type=file]:enabled') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    });
    observer.observe(document, { childList: true, subtree: true });
  });
`;

/** @returns milliseconds since the navigation */
async function timeUntilUsable(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: SCREEN, isMobile: true, hasTouch: true });
  const view = await context.newPage();
  const session = await context.newCDPSession(view);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  await view.addInitScript(USABLE);
  await view.goto(url);
  const time = await view.evaluate<number>('window.usable');
  await context.close();
  return time;
}
