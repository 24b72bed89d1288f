import type { Page } from 'playwright-core';

/** One picture of the page, taken in both themes. */
export interface Shot {
  /** Of the file, before its theme. */
  readonly name: string;
  /** The path of the view, for a request with failures. */
  readonly path: (requestId: string) => string;
  /** Waits until the view is complete, and brings it into the state to show. */
  readonly prepare: (page: Page) => Promise<void>;
}

export const SHOTS: readonly Shot[] = [
  {
    name: 'requests',
    path: () => '/',
    prepare: (page) => page.getByRole('link', { name: 'products.csv' }).waitFor(),
  },
  {
    name: 'request',
    path: (id) => `/requests/${id}`,
    prepare: (page) => page.getByRole('link', { name: 'Download failed rows' }).waitFor(),
  },
  {
    name: 'images',
    path: (id) => `/requests/${id}`,
    async prepare(page) {
      await page.getByText('Show these images').first().waitFor();
      await page.getByRole('button', { name: 'Grid' }).click();
      await page.getByText('ceramic-mug-front.jpg').first().waitFor();
      await page.evaluate(`document.getElementById('images').scrollIntoView()`);
      await page.waitForLoadState('networkidle');
    },
  },
  {
    name: 'image',
    path: (id) => `/requests/${id}/images/1/1`,
    async prepare(page) {
      await page.getByRole('dialog').getByText('Stored').first().waitFor();
      await page.waitForLoadState('networkidle');
    },
  },
  {
    name: 'system',
    path: () => '/system',
    prepare: (page) => page.getByRole('heading', { name: 'Workers' }).waitFor(),
  },
];
