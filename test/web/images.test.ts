import type { ServerResponse } from 'node:http';
import type { Page } from 'playwright-core';
import { finished, sheet, sheetOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, status, type Answer, type Origin } from '../support/origin';
import { picture } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { startVisitor, type Visitor } from '../support/webPage';

const WIDE = { viewport: { width: 1280, height: 900 } };

let visitor: Visitor;
let origin: Origin;
let service: Service;
let photo: Buffer;
beforeAll(async () => {
  visitor = await startVisitor();
  origin = await startOrigin();
  service = await startService();
  photo = await picture(600, 400).jpeg({ quality: 95 }).toBuffer();
  for (const name of ['mug', 'lamp', 'chair']) origin.on(`/${name}.jpg`, bytes(photo));
});
afterAll(async () => {
  await visitor.close();
  await service.stop();
  await origin.stop();
});

const link = (path: string) => `${origin.url}${path}`;

/** Two good pictures, one that is missing, a bad row, and a good picture. */
async function mixed(): Promise<string> {
  const csv = sheet(
    `1,Mug,"${link('/mug.jpg')} ${link('/lamp.jpg')}"`,
    `2,Lost,${link('/lost.jpg')}`,
    '3,Empty,',
    `4,Chair,${link('/chair.jpg')}`,
  );
  const id = await uploaded(service.url, csv);
  await finished(service.url, id);
  return id;
}

const table = (page: Page) => page.getByRole('region', { name: 'Table of images' });
const images = (page: Page) => page.getByRole('region', { name: 'Images', exact: true });

/** In the page: how many thumbnails are loaded. */
const LOADED_THUMBNAILS = `[...document.querySelectorAll('img.images-thumbnail')]
  .filter(({ naturalWidth }) => naturalWidth > 0).length`;

/** Waits until the list has exactly these images. */
async function lists(page: Page, expected: readonly string[]): Promise<void> {
  const names = page.locator('.images-name a, .images-card > a');
  await eventually(
    () => names.allTextContents(),
    (found) => found.join() === expected.join(),
  );
}

describe('the images of a request', () => {
  it('show name, sizes, attempts and error of each, with a thumbnail', async () => {
    const id = await mixed();
    await visitor.visit(
      `${service.url}/requests/${id}`,
      async (page) => {
        await lists(page, ['mug.jpg', 'lamp.jpg', 'lost.jpg', 'No link', 'chair.jpg']);
        const row = (name: string) => table(page).getByRole('row').filter({ hasText: name });
        expect(await row('mug.jpg').innerText()).toMatch(/Compressed[^]*kB[^]*of [^]*kB \(−\d+%\)/);
        expect(await row('lost.jpg').innerText()).toMatch(/HTTP 404[^]*Failed[^]*not_found/);
        expect(await row('No link').innerText()).toMatch(/empty cell[^]*no_links/);
        await images(page).getByText('5 images', { exact: true }).waitFor();
        await table(page).getByRole('img', { name: 'Thumbnail of mug.jpg' }).waitFor();
        await eventually(
          () =>
            page.evaluate(`document.querySelector('[alt="Thumbnail of mug.jpg"]').naturalWidth`),
          (width) => width === 160,
        );
      },
      { context: WIDE },
    );
  });

  it('are filtered by status, error and host, which stay in the address', async () => {
    const id = await mixed();
    const { host } = new URL(origin.url);
    await visitor.visit(`${service.url}/requests/${id}`, async (page) => {
      await lists(page, ['mug.jpg', 'lamp.jpg', 'lost.jpg', 'No link', 'chair.jpg']);
      await images(page).getByLabel('Status').selectOption('failed');
      await lists(page, ['lost.jpg', 'No link']);
      expect(new URL(page.url()).search).toBe('?status=failed');
      await images(page).getByLabel('Error').selectOption('not_found');
      await lists(page, ['lost.jpg']);

      await page.goto(`${service.url}/requests/${id}?host=${encodeURIComponent(host)}`);
      await lists(page, ['mug.jpg', 'lamp.jpg', 'lost.jpg', 'chair.jpg']);
      await images(page).getByLabel('Host').fill('none.example');
      await images(page).getByLabel('Host').press('Enter');
      await images(page).getByText('No image matches these filters.').waitFor();
      await images(page).getByRole('button', { name: 'Show all images' }).click();
      await lists(page, ['mug.jpg', 'lamp.jpg', 'lost.jpg', 'No link', 'chair.jpg']);
      expect(new URL(page.url()).search).toBe('');
    });
  });

  it('show as a grid, which the browser remembers', async () => {
    const id = await mixed();
    await visitor.visit(`${service.url}/requests/${id}`, async (page) => {
      await images(page).getByRole('button', { name: 'Grid' }).click();
      const grid = page.getByRole('region', { name: 'Grid of images' });
      await grid.getByRole('listitem').filter({ hasText: 'mug.jpg' }).getByText('→').waitFor();
      await page.reload();
      await grid.getByText('lost.jpg').waitFor();
      expect(
        await images(page).getByRole('button', { name: 'Grid' }).getAttribute('aria-pressed'),
      ).toBe('true');
    });
  });

  it('have links that are copied by keyboard, without https too', async () => {
    const id = await mixed();
    await visitor.visit(`${service.url}/requests/${id}`, async (page) => {
      await page.addInitScript(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined })",
      );
      await page.reload();
      const copy = table(page).getByRole('button', { name: 'Copy link of chair.jpg' });
      await copy.focus();
      await page.keyboard.press('Enter');
      await table(page).getByText('Copied').waitFor();
      const host = images(page).getByLabel('Host');
      await host.focus();
      await page.keyboard.press('Control+V');
      expect(await host.inputValue()).toContain(`${service.url}/image/files/${id}/`);
    });
  });

  it('change while the request runs, without a reload', async () => {
    const waiting: ServerResponse[] = [];
    const held: Answer = (response) => waiting.push(response);
    const late = origin.on('/late.jpg', held);
    const id = await uploaded(service.url, sheetOf([late]));
    await visitor.visit(`${service.url}/requests/${id}`, async (page) => {
      await table(page).getByText('Waiting').waitFor();
      await images(page).getByLabel('Host').pressSequentially('shop.exam');
      const [download] = await eventually(
        () => waiting,
        ({ length }) => length > 0,
      );
      download?.end(photo);
      await table(page).getByText('Compressed').waitFor();
      // What is being typed stays.
      expect(await images(page).getByLabel('Host').inputValue()).toBe('shop.exam');
    });
  });

  it('load a thumbnail again that could not be loaded', async () => {
    const id = await mixed();
    await visitor.visit(
      `${service.url}/requests/${id}`,
      async (page) => {
        await page.route(/\?width=/, (route) => route.abort(), { times: 1 });
        await page.reload();
        // Those below the window are loaded later.
        await table(page).scrollIntoViewIfNeeded();
        await eventually(
          () => page.evaluate<number>(LOADED_THUMBNAILS),
          (count) => count === 3,
        );
      },
      { expected: /Failed to load resource/ },
    );
  });

  it('say that the service is away, and come back by themselves', async () => {
    const id = await mixed();
    await visitor.visit(
      `${service.url}/requests/${id}`,
      async (page) => {
        await lists(page, ['mug.jpg', 'lamp.jpg', 'lost.jpg', 'No link', 'chair.jpg']);
        await page.context().setOffline(true);
        await images(page).getByLabel('Status').selectOption('succeeded');
        await images(page).getByRole('alert').getByText('cannot be reached').waitFor();
        await page.context().setOffline(false);
        await lists(page, ['mug.jpg', 'lamp.jpg', 'chair.jpg']);
        await images(page).getByRole('alert').waitFor({ state: 'detached' });
      },
      { expected: /ERR_INTERNET_DISCONNECTED/ },
    );
  });
});

describe('one image', () => {
  it('opens by keyboard, compares before and after, and gives the focus back', async () => {
    const id = await mixed();
    await visitor.visit(
      `${service.url}/requests/${id}`,
      async (page) => {
        const opener = table(page).getByRole('link', { name: 'lamp.jpg' });
        await opener.focus();
        await page.keyboard.press('Enter');
        const dialog = page.getByRole('dialog', { name: 'lamp.jpg' });
        const slider = dialog.getByRole('slider');
        await slider.focus();
        await page.keyboard.press('Home');
        await page.keyboard.press('ArrowRight');
        expect(await slider.getAttribute('aria-valuetext')).toBe('1% original');
        expect(page.url()).toBe(`${service.url}/requests/${id}/images/1/2`);
        const original = dialog.getByRole('img', { name: 'Original' });
        expect(await original.getAttribute('src')).toBe(link('/lamp.jpg'));
        expect(await original.getAttribute('referrerpolicy')).toBe('no-referrer');

        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
        expect(page.url()).toBe(`${service.url}/requests/${id}`);
        expect(await page.evaluate('document.activeElement.textContent')).toBe('lamp.jpg');
      },
      { context: WIDE },
    );
  });

  it('is compared by dragging, with a finger too', async () => {
    const id = await mixed();
    await visitor.visit(
      `${service.url}/requests/${id}/images/1/1`,
      async (page) => {
        const dialog = page.getByRole('dialog', { name: 'mug.jpg' });
        const slider = dialog.getByRole('slider');
        await slider.waitFor();
        const frame = await dialog.locator('.comparison-frame').boundingBox();
        if (frame === null) throw new Error('Expected the pictures to be shown');
        await page.touchscreen.tap(frame.x + frame.width / 4, frame.y + frame.height / 2);
        expect(await slider.inputValue()).toBe('25');
      },
      { context: { hasTouch: true } },
    );
  });

  it('says so in words when its original cannot be loaded', async () => {
    const gone = origin.on('/gone.jpg', bytes(photo), status(404));
    const id = await uploaded(service.url, sheetOf([gone]));
    await finished(service.url, id);
    await visitor.visit(
      `${service.url}/requests/${id}/images/1/1`,
      async (page) => {
        const dialog = page.getByRole('dialog', { name: 'gone.jpg' });
        await dialog.getByText('The original cannot be shown').waitFor();
        await dialog.getByText('You see the compressed image.').waitFor();
        expect(await dialog.getByRole('slider').count()).toBe(0);
      },
      { expected: /status of 404/ },
    );
  });

  it('leads to the images before and behind it in the filtered list, and back with one step', async () => {
    const id = await mixed();
    await visitor.visit(
      `${service.url}/requests/${id}?status=failed`,
      async (page) => {
        await table(page).getByRole('link', { name: 'lost.jpg' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByText('not_found').waitFor();
        const [previous, next] = [
          dialog.getByRole('button', { name: 'Previous' }),
          dialog.getByRole('button', { name: 'Next' }),
        ];
        await next.and(page.locator('[aria-disabled=false]')).waitFor();
        expect(await previous.getAttribute('aria-disabled')).toBe('true');
        await next.click();
        await dialog.getByRole('heading', { name: 'Row 3' }).waitFor();
        await dialog.getByText('empty cell').waitFor();
        expect(page.url()).toBe(`${service.url}/requests/${id}/images/3?status=failed`);
        await previous.and(page.locator('[aria-disabled=false]')).click();
        await dialog.getByRole('heading', { name: 'lost.jpg' }).waitFor();

        await page.goBack();
        await dialog.waitFor({ state: 'detached' });
        await lists(page, ['lost.jpg', 'No link']);
      },
      { expected: /status of 404/ },
    );
  });

  it('has a timeline of what happened, with how long it took', async () => {
    const flaky = origin.on('/flaky.jpg', status(503), bytes(photo));
    const id = await uploaded(service.url, sheetOf([flaky]));
    await finished(service.url, id);
    await visitor.visit(`${service.url}/requests/${id}/images/1/1`, async (page) => {
      const timeline = page.getByRole('region', { name: 'Timeline' });
      await timeline.getByText('Attempt failed, tried again').waitFor();
      const steps = await timeline.getByRole('listitem').allInnerTexts();
      expect(steps[0]).toContain('Queued');
      expect(steps.find((step) => step.includes('Downloaded'))).toMatch(/\d kB[^]*\d (ms|sec)/);
      expect(steps.find((step) => step.includes('Compressed'))).toMatch(
        /\d kB, 600 × 400 pixels, jpeg/,
      );
      expect(steps.at(-1)).toContain('Stored');
    });
  });

  it.each(['77/1', '77'])('does not exist: it says so (%s)', async (place) => {
    const id = await mixed();
    await visitor.visit(
      `${service.url}/requests/${id}/images/${place}`,
      async (page) => {
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('alert').getByText('Row not found').waitFor();
        await dialog.getByRole('button', { name: 'Close' }).click();
        await dialog.waitFor({ state: 'detached' });
        await lists(page, ['mug.jpg', 'lamp.jpg', 'lost.jpg', 'No link', 'chair.jpg']);
      },
      { expected: /status of 404/ },
    );
  });
});
