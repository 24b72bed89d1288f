import type { Page } from 'playwright-core';

/** A view of the page, for tests that hold for all of them. */
export interface View {
  readonly name: string;
  /** The path of the view, for a request that has failed images. */
  readonly path: (requestId: string) => string;
  /** The path of the call that the view repeats. */
  readonly polled: (requestId: string) => string;
  /** Waits until the view shows what the service answered. */
  readonly isShown: (page: Page) => Promise<void>;
}

const heading = (name: string) => (page: Page) => page.getByRole('heading', { name }).waitFor();

export const VIEWS: readonly View[] = [
  {
    name: 'requests',
    path: () => '/',
    polled: () => '/image/requests',
    isShown: (page) => page.getByRole('link', { name: 'products.csv' }).first().waitFor(),
  },
  {
    name: 'a request',
    path: (id) => `/requests/${id}`,
    polled: (id) => `/image/requests/${id}`,
    isShown: heading('products.csv'),
  },
  {
    name: 'the system',
    path: () => '/system',
    polled: () => '/image/system',
    isShown: heading('Workers'),
  },
];
