import type { Page } from 'playwright-core';
import { sheet, sheetOf } from '../support/calls';
import { startFrontProxy, type FrontProxy } from '../support/frontProxy';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { downloaded, shown, startVisitor, uploadFile, type Visitor } from '../support/webPage';

let visitor: Visitor;
let origin: Origin;
beforeAll(async () => {
  visitor = await startVisitor();
  origin = await startOrigin();
  origin.on('/mug.jpg', bytes(await photo()));
});
afterAll(async () => {
  await visitor.close();
  await origin.stop();
});

describe('the page in a browser', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  it('uploads a CSV, follows it to the end, retries what failed, and deletes it', async () => {
    const missing = origin.on('/late.jpg', status(404), bytes(await photo()));
    const use = async (page: Page) => {
      await uploadFile(page, sheetOf([`${origin.url}/mug.jpg`, missing]), 'mugs.csv');
      await shown(page, '1 of 2 images compressed, 1 failed');
      expect(page.url()).toMatch(/\/requests\/[0-9a-f-]{36}$/);

      await page.getByRole('region', { name: 'Table of images' }).getByText('not_found').waitFor();
      expect(await downloaded(page, 'Download result')).toContain('Output Image Urls');
      expect(await downloaded(page, 'Download failed rows')).toContain('Errors');

      await page.getByRole('button', { name: 'Retry failed' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('1 image will be downloaded').waitFor();
      await dialog.getByRole('button', { name: 'Retry', exact: true }).click();
      await shown(page, '2 of 2 images compressed');
      expect(await page.getByRole('dialog').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Retry failed' }).count()).toBe(0);

      await page.reload();
      await shown(page, '2 of 2 images compressed');
      await page.getByRole('link', { name: 'All requests' }).click();
      await page.getByRole('link', { name: 'mugs.csv' }).click();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('button', { name: 'Delete request' }).click();
      await page.getByRole('heading', { name: 'Requests' }).waitFor();
      await page.getByRole('link', { name: 'mugs.csv' }).waitFor({ state: 'detached' });
    };
    // A read that the deletion overtakes.
    await visitor.visit(service.url, use, { expected: /status of 404/ });
  });

  it('takes a dropped file and options, and shows refusals row by row', async () => {
    await visitor.visit(
      service.url,
      async (page) => {
        const csv = sheet(`1,Mug,${origin.url}/mug.jpg`, '2,Lamp,');
        await page.evaluate(`{
          const files = new DataTransfer();
          files.items.add(new File([${JSON.stringify(csv)}], 'dropped.csv', { type: 'text/csv' }));
          document.body.dispatchEvent(
            new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }),
          );
        }`);
        await page.getByText('dropped.csv').waitFor();
        await page.getByText('Options', { exact: true }).click();
        await page.getByLabel('Refuse the file if any row is bad').check();
        await page.getByRole('button', { name: 'Upload' }).click();
        await page.getByRole('alert').getByText('row 2').waitFor();

        await page.getByLabel('Refuse the file if any row is bad').uncheck();
        await page.getByLabel('Format').selectOption('webp');
        await page.getByRole('button', { name: 'Upload' }).click();
        await shown(page, '1 of 2 images compressed, 1 failed');
        await page.getByText('webp', { exact: true }).waitFor();
      },
      { expected: /status of 422/ },
    );
  });
});

describe('the page of a service with keys, behind a path prefix', () => {
  let service: Service;
  let proxy: FrontProxy;
  beforeAll(async () => {
    proxy = await startFrontProxy('/shop');
    service = await startService({ env: { API_KEYS: 'right-key', PUBLIC_URL: proxy.url } });
    proxy.passTo(service.url);
  });
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
  });

  it('asks for the key, and uses it for events and downloads', async () => {
    await visitor.visit(
      proxy.url,
      async (tab) => {
        await tab.getByLabel('API key').fill('wrong-key');
        await tab.getByRole('button', { name: 'Sign in' }).click();
        await tab.getByText('The service does not know this key.').waitFor();
        await tab.getByLabel('API key').fill('right-key');
        await tab.getByRole('button', { name: 'Sign in' }).click();

        await tab.getByText('No requests yet.').waitFor();
        await uploadFile(tab, sheetOf([`${origin.url}/mug.jpg`, `${origin.url}/none.jpg`]));
        await shown(tab, '1 of 2 images compressed, 1 failed');
        expect(tab.url()).toContain(`${proxy.url}/requests/`);
        expect(await downloaded(tab, 'Download failed rows')).toContain('Errors');

        await tab.getByRole('button', { name: 'Forget key' }).click();
        await tab.getByLabel('API key').waitFor();
      },
      { expected: /status of 401/ },
    );
  });
});
