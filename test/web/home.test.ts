import { writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import path from 'node:path';
import type { Page, Route } from 'playwright-core';
import { clientOf } from '../support/api';
import { finished, sheet, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { leaveBehind } from '../support/leftover';
import { listen } from '../support/listen';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { withFolder } from '../support/temporaryFile';
import {
  chooseFile,
  heldUpload,
  shown,
  startVisitor,
  uploadFile,
  type Visitor,
} from '../support/webPage';

let visitor: Visitor;
let origin: Origin;
let mug: string;
let cup: string;
beforeAll(async () => {
  visitor = await startVisitor();
  origin = await startOrigin();
  mug = origin.on('/mug.jpg', bytes(await photo()));
  cup = origin.on('/cup.jpg', bytes(await photo()));
});
afterAll(async () => {
  await visitor.close();
  await origin.stop();
});

/** Uploads a CSV with a link, and waits for its end. @returns the request id */
async function done(service: Service, link: string, name: string): Promise<string> {
  const id = await uploaded(service.url, sheetOf([link]), { name });
  await finished(service.url, id);
  return id;
}

/** Records newer copies of a finished request: to process so many would only take time. */
async function copies(service: Service, id: string, count: number, name: string): Promise<void> {
  const now = Date.now();
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      leaveBehind(service, id, { file_name: name, created_at: new Date(now + index) }),
    ),
  );
}

async function drop(page: Page, content: string, name: string): Promise<void> {
  await page.evaluate(`{
    const files = new DataTransfer();
    files.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}));
    const init = { dataTransfer: files, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent('dragover', init));
    document.body.dispatchEvent(new DragEvent('drop', init));
  }`);
}

/** Returns a function that limits the bytes a second that the page can send; -1: no limit. */
async function speedLimit(page: Page): Promise<(uploadThroughput: number) => Promise<void>> {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  return async (uploadThroughput) => {
    const others = { offline: false, latency: 0, downloadThroughput: -1 };
    await network.send('Network.emulateNetworkConditions', { ...others, uploadThroughput });
  };
}

/** Presses Tab until the focus is where it should be. */
async function tabTo(page: Page, isThere: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(isThere)})`)) return;
  }
  throw new Error(`Expected the focus on ${isThere}`);
}

const preview = (page: Page) => page.getByRole('region', { name: 'First rows of the file' });
const rowOf = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

describe('the first view', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('shows a dropped file as the service will read it, and uploads it', async () => {
    await visitor.visit(service.url, async (page) => {
      await drop(page, sheetOf([mug, cup], [mug]), 'dropped.csv');
      await page.getByText('2 rows with 3 links to images.').waitFor();
      await page.getByText('Links are read from Input Image Urls').waitFor();
      const columns = await preview(page).getByRole('columnheader').allInnerTexts();
      expect(columns).toEqual([
        'Row',
        'S. No.',
        'Product Name',
        expect.stringMatching(/^Input Image Urls\s+read for links$/),
      ]);
      await preview(page).getByRole('cell', { name: 'Product 2' }).waitFor();
      await page.getByRole('button', { name: 'Upload' }).click();
      await shown(page, '3 of 3 images compressed');
    });
  });

  it('is used by keyboard alone', async () => {
    await visitor.visit(service.url, async (page) => {
      const choosing = page.waitForEvent('filechooser');
      await tabTo(page, 'input[type=file]');
      await page.keyboard.press('Enter');
      const buffer = Buffer.from(sheetOf([mug]));
      await (await choosing).setFiles({ name: 'keys.csv', mimeType: 'text/csv', buffer });
      await preview(page).waitFor();
      await tabTo(page, '.options > summary');
      await page.keyboard.press('Enter');
      await tabTo(page, '[name=quality]');
      await page.keyboard.type('70');
      await tabTo(page, 'button[type=submit]');
      await page.keyboard.press('Enter');
      await shown(page, '1 of 1 image compressed');
      const [request] = (await clientOf(service.url).requestsPage({ q: 'keys.csv' })).requests;
      expect(request?.options.quality).toBe(70);
    });
  });

  it('shows the fault of each row at the row, in the words of the service', async () => {
    const csv = sheet(
      `1,Mug,${mug}`,
      '2,Lamp,',
      '3,Cup,cup',
      ...Array<string>(30).fill(`4,Pot,${mug}`),
      '5,Pan,pan',
    );
    await visitor.visit(
      service.url,
      async (page) => {
        await chooseFile(page, csv);
        await page.getByText('3 bad rows.').waitFor();
        const below = (row: number) =>
          preview(page).locator(`tbody tr:has(> th:text-is("${row}")) + tr.fault`).innerText();
        const lamp = (await below(2)).trim();
        const third = (await below(3)).trim();
        expect(lamp).toContain('received an empty cell');
        expect(third).toContain('received "cup"');
        await page.getByText('Bad rows further down').click();
        await page.getByText('row 34').waitFor();

        await page.getByText('Options', { exact: true }).click();
        await page.getByLabel('Refuse the file if any row is bad').check();
        await page.getByText('The service will refuse this file.').waitFor();
        await page.getByRole('button', { name: 'Upload' }).click();
        const refused = page.getByRole('alert').filter({ hasText: 'The upload was refused.' });
        await refused.waitFor();
        expect(await refused.getByRole('listitem').allInnerTexts()).toEqual([
          `row 2: ${lamp}`,
          `row 3: ${third}`,
          expect.stringContaining('row 34: '),
        ]);
      },
      { expected: /status of 422/ },
    );
  });

  it('scrolls a wide file to the side in a box of its own, by keyboard too', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `A long name of column ${index}`);
    await visitor.visit(service.url, async (page) => {
      await chooseFile(page, `Image,${names.join(',')}\n${mug},${names.join(',')}\n`);
      await preview(page).waitFor();
      await tabTo(page, '[aria-label="First rows of the file"]');
      await page.keyboard.press('ArrowRight');
      await eventually(
        () => page.evaluate<number>('document.activeElement.scrollLeft'),
        (left) => left > 0,
      );
      expect(await page.evaluate('document.scrollingElement.scrollWidth <= innerWidth')).toBe(true);
    });
  });

  it.each([
    ['its name', 'products.xlsx', 'a,b'],
    ['its content', 'products.csv', 'PK\u0003\u0004'],
  ])('says by %s that a file is no CSV, before it is sent', async (_, name, content) => {
    await visitor.visit(service.url, async (page) => {
      await chooseFile(page, content, name);
      await page.getByText('Only CSV files are supported').waitFor();
      await page.getByText('save or export it as CSV').waitFor();
      await chooseFile(page, sheetOf([mug]));
      await preview(page).waitFor();
      expect(await page.getByText('Only CSV files are supported').count()).toBe(0);
    });
  });

  it('lets the columns with links be chosen when none is known', async () => {
    await visitor.visit(service.url, async (page) => {
      await chooseFile(page, `Name,"Photo, large"\nMug,${mug}\n`, 'photos.csv');
      await page.getByText('Expected a column of links').waitFor();
      await page.getByLabel('Photo, large').check();
      await page.getByText('1 row with 1 link to images.').waitFor();
      await page.getByRole('button', { name: 'Upload' }).click();
      await shown(page, '1 of 1 image compressed');
    });
  });

  it('reads the file again with another base URL and encoding', async () => {
    await visitor.visit(service.url, async (page) => {
      await chooseFile(page, 'Name,Image\nMug,/mug.jpg\n');
      await page.getByText('1 bad row.').waitFor();
      await page.getByText('Options', { exact: true }).click();
      await page.getByLabel('Base URL').fill(origin.url);
      await page.getByText('1 row with 1 link to images.').waitFor();
      await page.getByText('1 bad row.').waitFor({ state: 'detached' });
      await page.getByLabel('Encoding').fill('nonsense');
      await page.getByLabel('Encoding').locator('..').getByRole('alert').waitFor();
    });
  });

  it('says what the options mean for the size', async () => {
    await visitor.visit(service.url, async (page) => {
      await page.getByText('Options', { exact: true }).click();
      const estimate = page.getByText('Estimate: photos become');
      const usual = await estimate.innerText();
      expect(usual).toMatch(/\d+% to \d+%/);
      await page.getByLabel('Quality').fill('90');
      await page.getByText(usual).waitFor({ state: 'detached' });
      await page.getByLabel('Format').selectOption('png');
      await estimate.waitFor({ state: 'detached' });
    });
  });

  it('shows the fault of an option at its field, also when it is folded away', async () => {
    await visitor.visit(
      service.url,
      async (page) => {
        await chooseFile(page, sheetOf([mug]));
        await page.getByText('Options', { exact: true }).click();
        await page.getByLabel('Webhook').fill('http://10.1.2.3/hook');
        await page.getByText('Options', { exact: true }).click();
        await page.getByRole('button', { name: 'Upload' }).click();
        const webhook = page.getByLabel('Webhook');
        await webhook.locator('..').getByRole('alert').waitFor();
        expect(await webhook.isVisible()).toBe(true);
      },
      { expected: /status of 422/ },
    );
  });

  it('opens the options for a value that the browser finds wrong', async () => {
    await visitor.visit(service.url, async (page) => {
      await chooseFile(page, sheetOf([mug]));
      await page.getByText('Options', { exact: true }).click();
      await page.getByLabel('Quality').fill('101');
      await page.getByText('Options', { exact: true }).click();
      await page.getByRole('button', { name: 'Upload' }).click();
      await page.getByLabel('Quality').waitFor();
    });
  });

  it('stops an upload, and sends the file again', async () => {
    const large = sheet(...Array.from({ length: 20_000 }, (_, row) => `${row},Mug,${mug}`));
    await visitor.visit(service.url, async (page) => {
      const setSpeed = await speedLimit(page);
      await setSpeed(50_000);
      await uploadFile(page, large, 'large.csv');
      await page.getByText(/\d% sent/).waitFor();
      await page.getByRole('button', { name: 'Stop sending' }).click();
      await page.getByText('The file is still chosen').waitFor();
      await setSpeed(-1);
      await page.getByRole('button', { name: 'Upload' }).click();
      await page.waitForURL(/\/requests\//);
      const { requests } = await clientOf(service.url).requestsPage({ q: 'large.csv' });
      expect(requests).toHaveLength(1);
    });
  });

  it('goes on sending while another view is shown, and says there when it is done', async () => {
    const long = 'Mug '.repeat(100);
    const large = sheet(...Array.from({ length: 500 }, (_, row) => `${row},${long},${mug}`));
    await visitor.visit(service.url, async (page) => {
      const setSpeed = await speedLimit(page);
      await setSpeed(5_000);
      await uploadFile(page, large, 'elsewhere.csv');
      await page.getByText(/\d% sent/).waitFor();
      await page.getByRole('link', { name: 'System' }).click();
      await page.getByText(/^Uploading elsewhere.csv. \d+% sent/).waitFor();
      await page.getByRole('link', { name: 'Show the upload' }).focus();
      await setSpeed(-1);
      await page.getByRole('status').getByText('elsewhere.csv was uploaded.').waitFor();
      await page
        .getByRole('link', { name: 'Show its request' })
        .and(page.locator(':focus'))
        .press('Enter');
      await page.getByRole('heading', { name: 'elsewhere.csv' }).waitFor();
      await page.getByText('was uploaded').waitFor({ state: 'detached' });

      await page.getByRole('link', { name: 'Requests', exact: true }).click();
      await page.getByRole('link', { name: 'elsewhere.csv' }).waitFor();
      expect(await page.getByRole('button', { name: 'Upload' }).isDisabled()).toBe(true);
    });
  });

  it('says on another view that an upload failed, and keeps the file and its options', async () => {
    await visitor.visit(
      service.url,
      async (page) => {
        const held = heldUpload(page);
        await page.getByText('Options', { exact: true }).click();
        await page.getByLabel('Quality').fill('90');
        await uploadFile(page, sheetOf([mug]), 'broken.csv');
        await page.getByRole('link', { name: 'System' }).click();
        await (await held).abort();
        await page.getByRole('status').getByText('broken.csv was not uploaded.').waitFor();

        await page.getByRole('link', { name: 'Show why' }).click();
        const reason = page.getByText('The service cannot be reached.');
        await reason.waitFor();
        await eventually(
          async () => (await reason.boundingBox())?.y ?? -1,
          (top) => top >= 0 && top < 800,
        );
        await page.getByText('The file is still chosen').waitFor();
        await page.unrouteAll();
        await page.getByRole('button', { name: 'Upload' }).click();
        await page.waitForURL(/\/requests\//);
        const { requests } = await clientOf(service.url).requestsPage({ q: 'broken.csv' });
        expect(requests.map(({ options }) => options.quality)).toEqual([90]);
      },
      { expected: /ERR_FAILED/ },
    );
  });

  it('takes a file that is dropped on another view', async () => {
    await visitor.visit(`${service.url}/system`, async (page) => {
      await page.getByRole('heading', { name: 'Workers' }).waitFor();
      await drop(page, sheetOf([mug]), 'dropped.csv');
      await page.getByText('1 row with 1 link to images.').waitFor();
      expect(new URL(page.url()).pathname).toBe('/');
    });
  });

  it('shows that requests are being loaded, that they cannot be, and comes back by itself', async () => {
    await visitor.visit(
      `${service.url}/system`,
      async (page) => {
        const list = /\/image\/requests(\?|$)/;
        const held: Route[] = [];
        let isHeld = true;
        await page.route(list, async (route) => {
          if (isHeld) held.push(route);
          else await route.abort();
        });
        await page.getByRole('link', { name: 'Requests' }).click();
        await page.getByText('Loading the requests…').waitFor();
        await eventually(
          () => Promise.resolve(held.length),
          (count) => count > 0,
        );
        isHeld = false;
        for (const route of held) await route.abort();
        await page.getByText('The service cannot be reached.').waitFor();
        await page.unrouteAll();
        await page.getByText('The service cannot be reached.').waitFor({ state: 'detached' });
      },
      { expected: /ERR_FAILED/ },
    );
  });
});

describe('the list of requests', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
    await done(service, mug, 'good.csv');
    await done(service, origin.on('/gone.jpg', status(404)), 'bad.csv');
  });
  afterAll(() => service.stop());

  it('keeps its filters in the address', async () => {
    await visitor.visit(service.url, async (page) => {
      await page.getByRole('link', { name: 'good.csv' }).waitFor();
      await page.getByLabel('Status').selectOption('failed');
      await page.getByRole('link', { name: 'good.csv' }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'bad.csv' }).waitFor();
      expect(new URL(page.url()).search).toBe('?status=failed');
      await page.reload();
      await page.getByRole('link', { name: 'bad.csv' }).waitFor();
      expect(await page.getByRole('link', { name: 'good.csv' }).count()).toBe(0);

      await page.getByRole('button', { name: 'Show all' }).click();
      // The list is empty for a moment after every change of the filter.
      await page.getByRole('link', { name: 'good.csv' }).waitFor();
      await page.getByLabel('File name or id').fill('GOOD');
      await page.getByRole('link', { name: 'bad.csv' }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'good.csv' }).waitFor();
      expect(new URL(page.url()).search).toBe('?q=GOOD');

      await page.getByLabel('File name or id').fill('');
      await page.getByRole('link', { name: 'bad.csv' }).waitFor();
      await page.getByLabel('Uploaded from').fill('2020-01-01');
      await page.getByLabel('to', { exact: true }).fill('2020-01-31');
      await page.getByText('No request matches this filter.').waitFor();
      expect(new URL(page.url()).search).toBe('?since=2020-01-01&until=2020-01-31');
    });
  });

  it('says why the service cannot filter by what the address names', async () => {
    await visitor.visit(
      `${service.url}/?q=${'x'.repeat(201)}`,
      async (page) => {
        const alert = page.getByRole('alert');
        await alert.getByText('The service cannot filter by this.').waitFor();
        await alert.getByText('file name or id: Expected at most 200 characters').waitFor();
        expect(await alert.getByText('tries again').count()).toBe(0);
        await page.getByRole('button', { name: 'Show all' }).click();
        await page.getByRole('link', { name: 'good.csv' }).waitFor();
      },
      { expected: /status of 422/ },
    );
  });

  it('finds a request by the beginning of its id', async () => {
    const [request] = (await clientOf(service.url).requestsPage({ q: 'bad.csv' })).requests;
    const id = request?.request_id ?? '';
    await visitor.visit(`${service.url}/?q=${id.slice(0, 8)}`, async (page) => {
      await page.getByRole('link', { name: 'bad.csv' }).waitFor();
      expect(await page.getByRole('link', { name: 'good.csv' }).count()).toBe(0);
    });
  });
});

describe('a list of many requests', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('is live for older requests, too', async () => {
    await done(service, mug, 'older.csv');
    const oldest = await done(service, mug, 'oldest.csv');
    await copies(service, oldest, 50, 'many.csv');
    await visitor.visit(service.url, async (page) => {
      await page.getByRole('button', { name: 'Show older requests' }).click();
      await page.getByRole('link', { name: 'oldest.csv' }).waitFor();
      await clientOf(service.url).remove(oldest);
      await page.getByRole('link', { name: 'oldest.csv' }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'older.csv' }).waitFor();
    });
  });
});

describe('bulk operations', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('retries what is selected after saying what will happen, and goes on while the page is closed', async () => {
    const late = origin.on('/late.jpg', status(404), status(404), bytes(await photo()));
    const ids = [await done(service, late, 'first.csv'), await done(service, late, 'second.csv')];
    await done(service, mug, 'fine.csv');
    await visitor.visit(service.url, async (page) => {
      for (const name of ['first.csv', 'second.csv', 'fine.csv']) {
        await page.getByLabel(`Select ${name}`).check();
      }
      await page.getByText('3 requests selected').waitFor();
      await page.getByRole('button', { name: 'Retry' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('heading', { name: 'Retry 3 requests?' }).waitFor();
      await dialog.getByText('2 requests will be retried (2 images to download again).').waitFor();
      await dialog.getByText('1 skipped: running, or without images that failed.').waitFor();
      await service.stopWorker();
      await dialog.getByRole('button', { name: 'Retry', exact: true }).click();
      await page.getByText('3 requests being retried: 0 retried.').waitFor();
      const context = page.context();
      await page.close();

      await service.startWorker();
      for (const id of ids) {
        await eventually(
          () => clientOf(service.url).request(id),
          (request) => request.status === 'completed' && request.round === 2,
        );
      }
      const again = await context.newPage();
      await again.goto(service.url);
      await again.getByText('Done with 3 requests: 2 retried, 1 skipped').waitFor();
      await again.getByRole('button', { name: 'Dismiss' }).click();
      await again.reload();
      await again.getByRole('link', { name: 'first.csv' }).waitFor();
      expect(await again.getByText('Done with 3 requests').count()).toBe(0);
    });
  });

  it('deletes all that match the filter, also those that are not shown', async () => {
    const kept = await done(service, mug, 'kept.csv');
    await copies(service, kept, 60, 'old.csv');
    await visitor.visit(`${service.url}/?q=old.csv`, async (page) => {
      await page.getByLabel('Select all on this page').check();
      await page.getByText('50 requests selected').waitFor();
      await page.getByRole('button', { name: 'Select all that match the filter' }).click();
      await page.getByRole('button', { name: 'Delete' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('60 requests will be deleted').waitFor();
      await dialog.getByRole('button', { name: 'Delete requests' }).click();
      await page.getByText('Done with 60 requests: 60 deleted.').waitFor();
      await page.getByText('No request matches this filter.').waitFor();
      expect((await clientOf(service.url).request(kept)).file_name).toBe('kept.csv');
    });
  });

  it('leaves out what is unticked after all that match were selected', async () => {
    await done(service, mug, 'taken.csv');
    await done(service, mug, 'spared.csv');
    await visitor.visit(`${service.url}/?status=completed`, async (page) => {
      await page.getByLabel('Select taken.csv').check();
      await page.getByRole('button', { name: 'Select all that match the filter' }).click();
      await page.getByLabel('Select spared.csv').uncheck();
      expect(await page.getByLabel('Select taken.csv').isChecked()).toBe(true);
      const listed = await page.getByLabel(/^Select .+csv$/).count();
      await page.getByText(new RegExp(`^${listed - 1} requests? selected$`)).waitFor();
    });
  });

  it('keeps its question open when what was selected leaves the list', async () => {
    const id = await done(service, mug, 'leaving.csv');
    await visitor.visit(`${service.url}/?q=leaving.csv`, async (page) => {
      await page.getByLabel('Select leaving.csv').check();
      await page.getByRole('button', { name: 'Delete' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('1 request will be deleted').waitFor();
      await clientOf(service.url).remove(id);
      await page.getByText('No request matches this filter.').waitFor();
      await dialog.getByRole('button', { name: 'Delete requests' }).click();
      await page.getByText('Done with 1 request: 0 deleted').waitFor();
    });
  });

  it('shows the end of what was confirmed: there is no way back meanwhile', async () => {
    await done(service, mug, 'held.csv');
    await visitor.visit(`${service.url}/?q=held.csv`, async (page) => {
      const held: Route[] = [];
      await page.route('**/image/operations', (route) => {
        held.push(route);
      });
      await page.getByLabel('Select held.csv').check();
      await page.getByRole('button', { name: 'Delete' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Delete requests' }).click();
      await page.keyboard.press('Escape');
      expect(await dialog.getByRole('button', { name: 'Go back' }).isDisabled()).toBe(true);
      for (const route of held) await route.continue();
      await page.getByText('Done with 1 request: 1 deleted').waitFor();
    });
  });

  it('asks clearly before it takes every request', async () => {
    await done(service, mug, 'one.csv');
    await visitor.visit(service.url, async (page) => {
      await page.getByLabel('Select one.csv').check();
      await page.getByRole('button', { name: 'Select all requests' }).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('this is about every request of this service').waitFor();
      const confirm = dialog.getByRole('button', { name: 'Cancel requests' });
      await dialog.getByText('Nothing to do.').waitFor();
      expect(await confirm.isDisabled()).toBe(true);
      await dialog.getByLabel('Yes, I mean every request of this service').check();
      expect(await confirm.isEnabled()).toBe(true);
      await dialog.getByRole('button', { name: 'Go back' }).click();
      await page.getByText('Selected: all requests').waitFor();
      await page.getByRole('button', { name: 'Clear selection' }).click();
      await page.getByText('Selected: all requests').waitFor({ state: 'detached' });
    });
  });

  it('is stopped after what is in hand', async () => {
    await done(service, mug, 'stop.csv');
    await service.stopWorker();
    await visitor.visit(`${service.url}/?q=stop.csv`, async (page) => {
      await page.getByLabel('Select stop.csv').check();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('button', { name: 'Delete requests' }).click();
      await page.getByRole('button', { name: 'Stop' }).click();
      await service.startWorker();
      await page.getByText('Stopped. Of 1 request: 0 deleted.').waitFor();
      await page.getByRole('link', { name: 'stop.csv' }).waitFor();
    });
  });
});

describe('an upload whose answer is lost', () => {
  it('is sent again, and is one request', async () => {
    let uploads = 0;
    let isCut = true;
    const proxy = createServer((request, response) => {
      const { method, headers, url = '' } = request;
      const to = { port: new URL(service.url).port, path: url, method, headers };
      const sent = forward(to, (answer) => {
        const isUpload = url.startsWith('/image/upload');
        if (isUpload) uploads += 1;
        // A browser may send it again by itself.
        if (isUpload && isCut) response.destroy();
        else answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
      });
      sent.on('error', () => response.destroy());
      request.pipe(sent);
    });
    const page = await listen(proxy);
    const service = await startService({ env: { PUBLIC_URL: page.url } });
    try {
      await visitor.visit(
        page.url,
        async (tab) => {
          await uploadFile(tab, sheetOf([mug]), 'lost.csv');
          await tab.getByText('The service cannot be reached.').waitFor();
          await tab.getByText('it will not be processed twice').waitFor();
          isCut = false;
          await tab.getByRole('button', { name: 'Upload' }).click();
          await shown(tab, '1 of 1 image compressed');
          expect(uploads).toBeGreaterThan(1);
          const { requests } = await clientOf(service.url).requestsPage();
          expect(requests).toHaveLength(1);
        },
        { expected: /ERR_(EMPTY_RESPONSE|CONNECTION_RESET)/ },
      );
    } finally {
      await service.stop();
      await page.close();
    }
  });
});

describe('the page of a service without requests', () => {
  it('says what to do first, and offers no sample unless the service has one', async () => {
    const service = await startService({ worker: false });
    try {
      await visitor.visit(service.url, async (page) => {
        await page.getByText('No requests yet.').waitFor();
        await page.getByText('Export your products as a CSV.').waitFor();
        expect(await page.getByRole('button', { name: 'Try it with the sample' }).count()).toBe(0);
        expect(await page.getByRole('button', { name: 'Upload' }).isDisabled()).toBe(true);
      });
    } finally {
      await service.stop();
    }
  });

  it('loads the sample with one press', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'sample.csv');
      writeFileSync(file, sheetOf([mug]));
      const service = await startService({ env: { SAMPLE_FILE: file } });
      try {
        await visitor.visit(service.url, async (page) => {
          await page.getByRole('button', { name: 'Try it with the sample' }).click();
          await page.getByText('1 row with 1 link to images.').waitFor();
          await page.getByRole('button', { name: 'Upload' }).click();
          await shown(page, '1 of 1 image compressed');
          await page.goto(service.url);
          await rowOf(page, 'products.csv').waitFor();
          expect(await page.getByText('Try it with the sample').count()).toBe(0);
        });
      } finally {
        await service.stop();
      }
    }));
});
