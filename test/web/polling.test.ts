import { showTab } from '../support/webPage';
import { VIEWS } from './views';
import { startViewStage } from './viewStage';

/** Longer than every pause between two calls. */
const HIDDEN_MS = 3_600_000;

const stage = startViewStage();

it.each(VIEWS)(
  'the view of $name calls nothing while its tab is hidden, and reads at once when it is shown again',
  async ({ path, polled, isShown }) => {
    const isPolled = (call: { url(): string }) => new URL(call.url()).pathname === polled(stage.id);
    await stage.visitor.visit(stage.service.url + path(stage.id), async (page) => {
      await page.clock.install();
      await page.reload();
      await isShown(page);
      await showTab(page, 'hidden');
      let calls = 0;
      page.on('request', (call) => {
        if (isPolled(call)) calls += 1;
      });
      // From now on no pause ends by itself.
      await page.clock.pauseAt(Date.now() + HIDDEN_MS);
      const answer = page.waitForResponse(isPolled);
      await showTab(page, 'visible');
      await answer;
      expect(calls).toBe(1);
    });
  },
);
