import type { Page } from 'playwright-core';
import { finished, sheetOf, uploaded } from '../support/calls';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { startVisitor, type Visitor } from '../support/webPage';
import { VIEWS } from './views';

/** Longer than every pause between two calls. */
const HIDDEN_MS = 3_600_000;

let visitor: Visitor;
let origin: Origin;
let service: Service;
let id: string;
beforeAll(async () => {
  visitor = await startVisitor();
  origin = await startOrigin();
  origin.on('/mug.jpg', bytes(await photo()));
  service = await startService();
  id = await uploaded(service.url, sheetOf([`${origin.url}/mug.jpg`, `${origin.url}/none.jpg`]));
  await finished(service.url, id);
});
afterAll(async () => {
  await visitor.close();
  await service.stop();
  await origin.stop();
});

/** Replaces what the browser tells the page: without a window, it calls every tab visible. */
async function make(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`{
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }`);
}

it.each(VIEWS)(
  'the view of $name calls nothing while its tab is hidden, and reads at once when it is shown again',
  async ({ path, polled, isShown }) => {
    const isPolled = (call: { url(): string }) => new URL(call.url()).pathname === polled(id);
    await visitor.visit(service.url + path(id), async (page) => {
      await page.clock.install();
      await page.reload();
      await isShown(page);
      await make(page, 'hidden');
      let calls = 0;
      page.on('request', (call) => {
        if (isPolled(call)) calls += 1;
      });
      // From now on no pause ends by itself.
      await page.clock.pauseAt(Date.now() + HIDDEN_MS);
      const answer = page.waitForResponse(isPolled);
      await make(page, 'visible');
      await answer;
      expect(calls).toBe(1);
    });
  },
);
