import { source as axe, type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { finished, sheet, sheetOf, uploaded } from '../support/calls';
import { startFrontProxy, type FrontProxy } from '../support/frontProxy';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { chooseFile, startVisitor, uploadFile, type Visitor } from '../support/webPage';
import { VIEWS } from './views';

/** In which each view is checked. */
const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 360 },
] as const;

interface State {
  readonly name: string;
  readonly url: () => string;
  /** Brings the view into the state. */
  readonly open: (page: Page) => Promise<void>;
  /** Errors in the console that belong to the state. */
  readonly expected?: RegExp;
}

let visitor: Visitor;
let origin: Origin;
let service: Service;
let guarded: Service;
let proxy: FrontProxy;
let id: string;
beforeAll(async () => {
  visitor = await startVisitor();
  origin = await startOrigin();
  origin.on('/mug.jpg', bytes(await photo()));
  service = await startService();
  guarded = await startService({ worker: false, env: { API_KEYS: 'some-key' } });
  proxy = await startFrontProxy();
  proxy.passTo(service.url);
  id = await uploaded(
    service.url,
    sheetOf([`${origin.url}/mug.jpg`, `${origin.url}/none.jpg`], ['no link']),
  );
  await finished(service.url, id);
});
afterAll(async () => {
  await visitor.close();
  await Promise.all([service.stop(), guarded.stop(), proxy.stop(), origin.stop()]);
});

/** Every view, in every state that looks different. */
const STATES: readonly State[] = [
  ...VIEWS.map(({ name, path, isShown }) => ({
    name: `the view of ${name}`,
    url: () => service.url + path(id),
    open: isShown,
  })),
  ...VIEWS.map(({ name, path, isShown }) => ({
    name: `the view of ${name} while the service does not answer`,
    url: () => proxy.url + path(id),
    async open(page: Page) {
      await isShown(page);
      await proxy.stop();
      await page.getByRole('alert').first().waitFor();
    },
    expected: /ERR_/,
  })),
  {
    name: 'an empty list of requests',
    url: () => service.url,
    async open(page) {
      await page.getByLabel('Status').first().selectOption('cancelled');
      await page.getByText('No request matches this filter.').waitFor();
    },
  },
  {
    name: 'a chosen file with its options',
    url: () => service.url,
    async open(page) {
      await chooseFile(page, sheetOf([`${origin.url}/mug.jpg`]));
      await page.getByText('Options', { exact: true }).click();
    },
  },
  {
    name: 'a refused upload',
    url: () => service.url,
    async open(page) {
      await uploadFile(page, sheet('1,Mug,none'));
      await page.getByRole('alert').waitFor();
    },
    expected: /status of 422/,
  },
  {
    name: 'a dialog',
    url: () => `${service.url}/requests/${id}`,
    async open(page) {
      await page.getByRole('button', { name: 'Retry failed' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'an unknown request',
    url: () => `${service.url}/requests/none`,
    open: (page) => page.getByRole('alert').waitFor(),
    expected: /status of 404/,
  },
  {
    name: 'the refusal of a key',
    url: () => guarded.url,
    async open(page) {
      await page.getByLabel('API key').fill('another');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
    expected: /status of 401/,
  },
];

it.each(STATES)('axe-core finds nothing in $name, in any look', async ({ url, open, expected }) => {
  await proxy.start();
  await visitor.visit(
    url(),
    async (page) => {
      await open(page);
      for (const look of LOOKS) {
        await page.emulateMedia({ colorScheme: look.colorScheme });
        await page.setViewportSize({ width: look.width, height: 800 });
        expect([look, await violationsOf(page)]).toEqual([look, []]);
        const { shown, whole } = await page.evaluate<{ shown: number; whole: number }>(WIDTHS);
        expect([look, whole]).toEqual([look, shown]);
      }
    },
    expected === undefined ? {} : { expected },
  );
});

/** What is wider than the window is cut off, or makes it scroll to the side. */
const WIDTHS = `({
  shown: document.documentElement.clientWidth,
  whole: document.documentElement.scrollWidth,
})`;

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.map(({ id: rule, nodes }) =>
    [rule, ...nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`)].join('\n'),
  );
}
