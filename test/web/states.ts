import type { Page } from 'playwright-core';
import type { System } from '../../contract/http/system';
import { clientOf } from '../support/api';
import { finished, sheet, sheetOf, uploaded } from '../support/calls';
import { startFrontProxy, type FrontProxy } from '../support/frontProxy';
import { answerWith, startHttpProxy, type HttpProxy } from '../support/httpProxy';
import { bytes, startOrigin } from '../support/origin';
import { picture } from '../support/pictures';
import { startService } from '../support/service';
import { chooseFile, heldUpload, uploadFile } from '../support/webPage';
import { VIEWS } from './views';

const KEY = 'some-key';
/** Of a caller that has uploaded nothing. */
const SHOP_KEY = 'shop-key';

/** What the states need. */
export interface World {
  /** A service with finished requests. */
  readonly url: string;
  /** The same service, behind a proxy that can be stopped. */
  readonly proxy: FrontProxy;
  /** The same service, behind a proxy that can answer in its place. */
  readonly answers: HttpProxy;
  readonly system: System;
  /** A service that asks for a key, and whose requests wait, because it has no worker. */
  readonly guardedUrl: string;
  /** A picture that can be downloaded. */
  readonly link: string;
  /** A request with a compressed image, one that failed, and a bad row. */
  readonly id: string;
  /** A request whose names and links are long, and cannot be broken at a space. */
  readonly longId: string;
  /** A request that waits, of the guarded service. */
  readonly waitingId: string;
  readonly close: () => Promise<void>;
}

const LONG = 'averylongname'.repeat(10);
const LONG_COLUMNS = Array.from({ length: 10 }, (_, index) => `${LONG.repeat(2)}${index}`);

export async function startWorld(): Promise<World> {
  const origin = await startOrigin();
  const photo = await picture(600, 400).jpeg({ quality: 95 }).toBuffer();
  const link = origin.on('/mug.jpg', bytes(photo));
  const long = origin.on(`/${LONG}.jpg`, bytes(photo));
  const service = await startService();
  const guarded = await startService({
    worker: false,
    env: { API_KEYS: `${KEY},shop:write:${SHOP_KEY}` },
  });
  const proxy = await startFrontProxy();
  proxy.passTo(service.url);
  const answers = await startHttpProxy(service.url);
  const missing = `${origin.url}/${LONG.repeat(2)}.jpg`;
  const longId = await uploaded(service.url, sheetOf([long, missing], [LONG.repeat(3)]), {
    name: `${LONG}.csv`,
  });
  await finished(service.url, longId);
  const id = await uploaded(service.url, sheetOf([link, `${origin.url}/none.jpg`], ['no link']));
  await finished(service.url, id);
  const waiting = new Blob([sheetOf([link])], { type: 'text/csv' });
  return {
    url: service.url,
    proxy,
    answers,
    system: await clientOf(service.url).system(),
    guardedUrl: guarded.url,
    link,
    id,
    longId,
    waitingId: await clientOf(guarded.url, KEY).upload(waiting, { name: 'waiting.csv' }),
    async close() {
      await Promise.all([
        service.stop(),
        guarded.stop(),
        proxy.stop(),
        answers.stop(),
        origin.stop(),
      ]);
    },
  };
}

export interface State {
  readonly name: string;
  readonly url: (world: World) => string;
  /** Brings the view into the state. */
  readonly open: (page: Page, world: World) => Promise<void>;
  /** Errors in the console that belong to the state. */
  readonly expected?: RegExp;
}

const dialog = (page: Page) => page.getByRole('dialog');

async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
}

/** Asks for a bulk operation on one request. */
async function ask(page: Page, name: string, action: string): Promise<void> {
  await page.getByLabel(`Select ${name}`).check();
  await page
    .getByRole('group', { name: 'Selected requests' })
    .getByRole('button', { name: action, exact: true })
    .click();
}

const VIEWED: readonly State[] = VIEWS.flatMap(({ name, path, isShown }) => [
  {
    name: `the view of ${name}`,
    url: ({ url, id }: World) => url + path(id),
    open: isShown,
  },
  {
    name: `the view of ${name} while the service does not answer`,
    url: ({ proxy, id }: World) => proxy.url + path(id),
    async open(page: Page, { proxy }: World) {
      await isShown(page);
      await proxy.stop();
      await page.getByRole('alert').first().waitFor();
    },
    expected: /ERR_/,
  },
]);

const OF_KEYS: readonly State[] = [
  {
    name: 'the question for a key',
    url: ({ guardedUrl }) => guardedUrl,
    open: (page) => page.getByLabel('API key').waitFor(),
    expected: /status of 401/,
  },
  {
    name: 'the refusal of a key',
    url: ({ guardedUrl }) => guardedUrl,
    async open(page) {
      await signIn(page, 'another');
      await page.getByRole('alert').waitFor();
    },
    expected: /status of 401/,
  },
  {
    name: 'no requests yet',
    url: ({ guardedUrl }) => guardedUrl,
    async open(page) {
      await signIn(page, SHOP_KEY);
      await page.getByText('No requests yet.').waitFor();
    },
    expected: /status of 401/,
  },
];

const OF_REQUESTS: readonly State[] = [
  {
    name: 'an empty list of requests',
    url: ({ url }) => url,
    async open(page) {
      await page.getByLabel('Status').first().selectOption('cancelled');
      await page.getByText('No request matches this filter.').waitFor();
    },
  },
  {
    name: 'a filter that is refused',
    url: ({ url }) => `${url}/?q=${'x'.repeat(201)}`,
    open: (page) => page.getByRole('alert').waitFor(),
    expected: /status of 422/,
  },
  {
    name: 'the question before a bulk operation',
    url: ({ url }) => url,
    async open(page) {
      await ask(page, 'products.csv', 'Delete');
      await dialog(page).getByText('1 request will be deleted').waitFor();
    },
  },
  {
    name: 'the question before a bulk operation on all requests',
    url: ({ url }) => url,
    async open(page) {
      await page.getByLabel('Select products.csv').check();
      await page.getByRole('button', { name: 'Select all requests' }).click();
      await page.getByRole('button', { name: 'Retry' }).click();
      await dialog(page).getByText('2 requests will be retried').waitFor();
    },
  },
  {
    name: 'a running bulk operation',
    url: ({ guardedUrl }) => guardedUrl,
    async open(page) {
      await signIn(page, KEY);
      await ask(page, 'waiting.csv', 'Cancel requests');
      await dialog(page).getByRole('button', { name: 'Cancel requests' }).click();
      await page.getByText('1 request being cancelled').waitFor();
    },
    expected: /status of 401/,
  },
  {
    name: 'a finished bulk operation',
    url: ({ url }) => url,
    async open(page) {
      await ask(page, 'products.csv', 'Send webhooks');
      await dialog(page).getByRole('button', { name: 'Send again' }).click();
      await page.getByText('Done with 1 request').waitFor();
    },
  },
];

const OF_UPLOADS: readonly State[] = [
  {
    name: 'a chosen file with its options',
    url: ({ url }) => url,
    async open(page, { link }) {
      await chooseFile(page, sheetOf([link]));
      await page.getByText('Options', { exact: true }).click();
    },
  },
  {
    name: 'a chosen file with many long columns',
    url: ({ url }) => url,
    async open(page, { link }) {
      const cells = LONG_COLUMNS.map(() => LONG);
      const lines = [
        ['Image', ...LONG_COLUMNS],
        [link, ...cells],
      ];
      await chooseFile(page, lines.map((line) => line.join(',')).join('\n'), `${LONG}.csv`);
      await page.getByText('Links are read from').click();
      await page.getByText('columns are kept in the result').waitFor();
    },
  },
  {
    name: 'a chosen file with faults',
    url: ({ url }) => url,
    async open(page, { link }) {
      const good = Array<string>(30).fill(`1,Mug,${link}`);
      await chooseFile(page, sheet('1,Lamp,', `2,Cup,${LONG.repeat(3)}`, ...good, '3,Pan,pan'));
      await page.getByText('3 bad rows.').waitFor();
      await page.getByText('Bad rows further down').click();
    },
  },
  {
    name: 'a chosen file without a column of links',
    url: ({ url }) => url,
    async open(page) {
      await chooseFile(page, `${LONG_COLUMNS.join(',')}\n${LONG_COLUMNS.join(',')}\n`);
      await page.getByText('The service will refuse this file.').waitFor();
    },
  },
  {
    name: 'a chosen file that is no CSV',
    url: ({ url }) => url,
    async open(page) {
      await chooseFile(page, 'PK\u0003\u0004', `${LONG}.xlsx`);
      await page.getByText('save or export it as CSV').waitFor();
    },
  },
  {
    name: 'the system while a file is sent',
    url: ({ url }) => url,
    async open(page) {
      void heldUpload(page);
      await uploadFile(page, sheet('1,Mug,none'), `${LONG}.csv`);
      await page.getByRole('link', { name: 'System' }).click();
      await page.getByRole('link', { name: 'Show the upload' }).waitFor();
    },
  },
  {
    name: 'the system after an upload that failed',
    url: ({ url }) => url,
    async open(page) {
      const held = heldUpload(page);
      await uploadFile(page, sheet('1,Mug,none'), `${LONG}.csv`);
      await page.getByRole('link', { name: 'System' }).click();
      await (await held).abort();
      await page.getByRole('link', { name: 'Show why' }).waitFor();
    },
    expected: /ERR_FAILED/,
  },
  {
    name: 'a refused upload',
    url: ({ url }) => url,
    async open(page) {
      await uploadFile(page, sheet('1,Mug,none'));
      await page.getByText('The upload was refused.').waitFor();
    },
    expected: /status of 422/,
  },
  {
    name: 'an upload that is refused for its rows',
    url: ({ url }) => url,
    async open(page, { link }) {
      await page.getByText('Options', { exact: true }).click();
      await page.getByLabel('Refuse the file if any row is bad').check();
      const bad = Array.from({ length: 40 }, (_, index) => `${index},Pot,${LONG.repeat(2)}`);
      await uploadFile(page, sheet(`1,Mug,${link}`, ...bad));
      await page.getByRole('alert').getByText('row 41').waitFor();
    },
    expected: /status of 422/,
  },
  {
    name: 'an upload that is refused for an option',
    url: ({ url }) => url,
    async open(page, { link }) {
      await page.getByText('Options', { exact: true }).click();
      await page.getByLabel('Webhook').fill(`http://10.1.2.3/${LONG}`);
      await uploadFile(page, sheetOf([link]));
      await page.getByLabel('Webhook').locator('..').getByRole('alert').waitFor();
    },
    expected: /status of 422/,
  },
];

const OF_ONE_REQUEST: readonly State[] = [
  {
    name: 'a request that waits',
    url: ({ guardedUrl, waitingId }) => `${guardedUrl}/requests/${waitingId}`,
    async open(page) {
      await signIn(page, KEY);
      await page.getByRole('heading', { name: 'waiting.csv' }).waitFor();
    },
    expected: /status of 401/,
  },
  {
    name: 'a request with long names',
    url: ({ url, longId }) => `${url}/requests/${longId}`,
    open: (page) => page.getByText('Show these images').first().waitFor(),
  },
  {
    name: 'the question before an action',
    url: ({ url, id }) => `${url}/requests/${id}`,
    async open(page) {
      await page.getByRole('button', { name: 'Retry failed' }).click();
      await dialog(page).waitFor();
    },
  },
  {
    name: 'an unknown request',
    url: ({ url }) => `${url}/requests/none`,
    open: (page) => page.getByRole('alert').waitFor(),
    expected: /status of 404/,
  },
];

const OF_IMAGES: readonly State[] = [
  {
    name: 'the images as a grid',
    url: ({ url, longId }) => `${url}/requests/${longId}`,
    async open(page) {
      await page.getByRole('button', { name: 'Grid' }).click();
      await page.getByRole('region', { name: 'Grid of images' }).getByText('→').waitFor();
    },
  },
  {
    name: 'an empty list of images',
    url: ({ url, id }) => `${url}/requests/${id}?host=none.example`,
    open: (page) => page.getByText('No image matches these filters.').waitFor(),
  },
  {
    name: 'a compressed image',
    url: ({ url, longId }) => `${url}/requests/${longId}/images/1/1`,
    async open(page) {
      await dialog(page).getByRole('slider').waitFor();
      await dialog(page).getByRole('region', { name: 'Timeline' }).getByText('Stored').waitFor();
    },
  },
  {
    name: 'a compressed image in its actual size',
    url: ({ url, id }) => `${url}/requests/${id}/images/1/1`,
    async open(page) {
      await dialog(page).getByRole('slider').waitFor();
      await dialog(page).getByLabel('Actual size').check();
    },
  },
  {
    name: 'an image that failed',
    url: ({ url, longId }) => `${url}/requests/${longId}/images/1/2`,
    async open(page) {
      await dialog(page).getByText('There is no compressed image.').waitFor();
      await dialog(page).getByText('The original cannot be shown').waitFor();
    },
    expected: /status of 404/,
  },
  {
    name: 'a bad row',
    url: ({ url, longId }) => `${url}/requests/${longId}/images/2`,
    open: (page) => dialog(page).getByText('There is no picture to show.').waitFor(),
  },
  {
    name: 'an unknown image',
    url: ({ url, id }) => `${url}/requests/${id}/images/77/1`,
    open: (page) => dialog(page).getByRole('alert').waitFor(),
    expected: /status of 404/,
  },
];

const OF_THE_SYSTEM: readonly State[] = [
  {
    name: 'the system with much to tell',
    url: ({ answers }) => `${answers.url}/system`,
    async open(page, { answers, system, id }) {
      const at = new Date().toISOString();
      const told: System = {
        ...system,
        parts: system.parts.map((part) =>
          part.name === 'storage' ? { ...part, is_up: false, detail: LONG } : part,
        ),
        cooling_hosts: [{ host: `${LONG}.example`, until: at, reason: 'http_429' }],
        findings: [{ finding: 'run_missing', request_id: id, note: LONG, at }],
      };
      answers.on('GET', /^\/image\/system$/, answerWith(200, told), Infinity);
      await page.reload();
      await page.getByText('Down: Storage.').waitFor();
    },
  },
];

/** Every view, in every state that looks different. */
export const STATES: readonly State[] = [
  ...VIEWED,
  ...OF_KEYS,
  ...OF_REQUESTS,
  ...OF_UPLOADS,
  ...OF_ONE_REQUEST,
  ...OF_IMAGES,
  ...OF_THE_SYSTEM,
];
