import { source as axe, type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { startVisitor, type Visitor } from '../support/webPage';
import { startWorld, STATES, type World } from './states';

/** In which each state is checked. Colours do not depend on the width, so that each theme is checked in one. */
const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 360 },
] as const;

let visitor: Visitor;
let world: World;
beforeAll(async () => {
  visitor = await startVisitor();
  world = await startWorld();
});
afterAll(async () => {
  await visitor.close();
  await world.close();
});
afterEach(() => world.proxy.start());

it.each(STATES)(
  'axe-core finds nothing in $name, and nothing is wider than the window, in any look',
  async ({ url, open, expected }) => {
    await visitor.visit(
      url(world),
      async (page) => {
        await open(page, world);
        for (const look of LOOKS) {
          await page.emulateMedia({ colorScheme: look.colorScheme });
          await page.setViewportSize({ width: look.width, height: 800 });
          expect([look, await violationsOf(page)]).toEqual([look, []]);
          expect([look, await page.evaluate(TOO_WIDE)]).toEqual([look, []]);
        }
      },
      expected === undefined ? {} : { expected },
    );
  },
);

it('axe-core finds enough contrast in what is under the mouse', async () => {
  await visitor.visit(`${world.url}/requests/${world.id}`, async (page) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const name of ['Download result', 'Retry failed', 'Delete', 'Table', 'Grid']) {
        await page.getByRole(name.startsWith('Download') ? 'link' : 'button', { name }).hover();
        const found = await violationsOf(page, ['color-contrast']);
        expect([colorScheme, name, found]).toEqual([colorScheme, name, []]);
      }
    }
  });
});

/** @param rules all by default */
async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe);
  // Details of what passes would take most of the time.
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return violations.map(({ id: rule, nodes }) =>
    [rule, ...nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`)].join('\n'),
  );
}

/** In the page: what scrolls to the side as a whole, the page or an open dialog, with its widths. */
const TOO_WIDE = `[document.scrollingElement, ...document.querySelectorAll('dialog[open]')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map(({ localName, scrollWidth, clientWidth }) => [localName, scrollWidth, clientWidth])`;
