import { chromium, type BrowserContextOptions, type Page, type Route } from 'playwright-core';

export interface Visitor {
  /** Opens a page, and fails for errors that it reports: a violation of its policy is one. */
  visit(
    url: string,
    use: (page: Page) => Promise<void>,
    given?: {
      /** Errors that are part of the test, such as refused calls. */
      readonly expected?: RegExp;
      /** Default: a phone of 360 by 800 pixels. */
      readonly context?: BrowserContextOptions;
    },
  ): Promise<void>;
  close(): Promise<void>;
}

export async function startVisitor(): Promise<Visitor> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  return {
    async visit(url, use, { expected = /$^/, context: options } = {}) {
      const context = await browser.newContext({
        viewport: { width: 360, height: 800 },
        ...options,
      });
      const faults: string[] = [];
      try {
        const page = await context.newPage();
        page.on('pageerror', (error) => faults.push(error.message));
        page.on('console', (message) => {
          if (message.type() === 'error' && !expected.test(message.text())) {
            faults.push(message.text());
          }
        });
        await page.goto(url);
        await use(page);
      } finally {
        await context.close();
      }
      expect(faults).toEqual([]);
    },
    close: () => browser.close(),
  };
}

/** Replaces what the browser tells the page: without a window, it calls every tab visible. */
export async function showTab(page: Page, state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`{
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }`);
}

export async function chooseFile(page: Page, csv: string, name = 'products.csv'): Promise<void> {
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(csv) };
  await page.locator('input[type=file]').setInputFiles(file);
}

export async function uploadFile(page: Page, csv: string, name?: string): Promise<void> {
  await chooseFile(page, csv, name);
  await page.getByRole('button', { name: 'Upload' }).click();
}

/** Holds back the uploads of a page from now on, and resolves to the first of them. */
export function heldUpload(page: Page): Promise<Route> {
  return new Promise((resolve) => {
    void page.route('**/image/upload/', resolve);
  });
}

/** Waits until the page shows a text. */
export const shown = (page: Page, text: string): Promise<void> =>
  page.getByText(text, { exact: true }).waitFor();

/** Follows a link, and returns the text of the file that it downloads. */
export async function downloaded(page: Page, name: string): Promise<string> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name }).click();
  const chunks = await (await (await waiting).createReadStream()).toArray();
  return Buffer.concat(chunks as Buffer[]).toString();
}
