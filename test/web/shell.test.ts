import { sheetOf } from '../support/calls';
import { startFrontProxy, type FrontProxy } from '../support/frontProxy';
import { startService, type Service } from '../support/service';
import { chooseFile } from '../support/webPage';
import { VIEWS } from './views';
import { startViewStage } from './viewStage';

const PREFIX = '/shop';
const UNREACHABLE = 'The service cannot be reached.';

let proxy: FrontProxy;
beforeAll(async () => {
  proxy = await startFrontProxy(PREFIX);
});
const stage = startViewStage(() => ({ PUBLIC_URL: proxy.url }));
beforeAll(() => {
  proxy.passTo(stage.service.url);
});
afterAll(() => proxy.stop());

describe.each(VIEWS)('the view of $name', ({ path, isShown }) => {
  it('is shown at its address, with and without a slash at the end, and after a reload', async () => {
    const address = `${proxy.url}${path(stage.id)}`.replace(/\/$/, '');
    for (const url of [address, `${address}/`]) {
      await stage.visitor.visit(url, async (page) => {
        await isShown(page);
        await page.reload();
        await isShown(page);
      });
    }
  });

  it('says that the service does not answer, and comes back by itself', async () => {
    await stage.visitor.visit(
      `${proxy.url}${path(stage.id)}`,
      async (page) => {
        await isShown(page);
        await proxy.stop();
        try {
          await page.getByText(UNREACHABLE).first().waitFor();
        } finally {
          await proxy.start();
        }
        await page.getByText(UNREACHABLE).first().waitFor({ state: 'detached' });
        await isShown(page);
      },
      { expected: /ERR_/ },
    );
  });
});

describe('the header', () => {
  it('leads to every view, tells which one is shown, and moves the focus to it', async () => {
    await stage.visitor.visit(proxy.url, async (page) => {
      const header = page.getByRole('navigation', { name: 'Pages' });
      const current = header.locator('[aria-current=page]');
      const focused = page.locator('main:focus');

      await page.getByRole('link', { name: 'products.csv' }).click();
      await page.getByRole('heading', { name: 'products.csv' }).waitFor();
      await focused.waitFor();
      expect(await current.count()).toBe(0);

      await header.getByRole('link', { name: 'System' }).click();
      await page.getByRole('heading', { name: 'System' }).waitFor();
      await focused.waitFor();
      expect(await current.textContent()).toBe('System');
      expect(await page.title()).toBe('System – Image Processor');

      await header.getByRole('link', { name: 'Requests' }).click();
      await page.getByRole('heading', { name: 'Requests' }).waitFor();
      expect(await current.textContent()).toBe('Requests');
      expect(new URL(page.url()).pathname).toBe(`${PREFIX}/`);

      await page.goBack();
      await page.getByRole('heading', { name: 'System' }).waitFor();
    });
  });

  it('leads to the documentation of the API', async () => {
    await stage.visitor.visit(`${proxy.url}/system`, async (page) => {
      await page.getByRole('link', { name: 'API' }).click();
      await page.getByText('Get the status of a request', { exact: true }).first().waitFor();
      expect(new URL(page.url()).pathname).toBe(`${PREFIX}/docs`);
    });
  });

  it('is skipped by the first link of the page', async () => {
    await stage.visitor.visit(`${proxy.url}/`, async (page) => {
      await page.keyboard.press('Tab');
      await page
        .getByRole('link', { name: 'Skip to content' })
        .and(page.locator(':focus'))
        .waitFor();
      await page.keyboard.press('Enter');
      await page.locator('main:focus').waitFor();
      expect(new URL(page.url()).pathname).toBe(`${PREFIX}/`);
    });
  });
});

describe('the page', () => {
  it('has an icon that the service serves', async () => {
    await stage.visitor.visit(proxy.url, async (page) => {
      const icon = await page.locator('link[rel=icon]').getAttribute('href');
      const answer = await page.request.get(new URL(icon ?? '', `${proxy.url}/`).href);
      expect([answer.status(), answer.headers()['content-type']]).toEqual([200, 'image/svg+xml']);
    });
  });

  it('says that a request does not exist', async () => {
    await stage.visitor.visit(
      `${proxy.url}/requests/none`,
      async (page) => {
        await page.getByText('Request ID not found').waitFor();
        await page.getByRole('link', { name: 'All requests' }).click();
        await page.getByRole('heading', { name: 'Requests' }).waitFor();
      },
      { expected: /status of 404/ },
    );
  });
});

describe('the page of a service with keys', () => {
  let guarded: Service;
  beforeAll(async () => {
    guarded = await startService({ env: { API_KEYS: 'right-key,other-key' } });
  });
  afterAll(() => guarded.stop());

  const refused = { expected: /status of 401/ };

  it('says that a key is wrong, keeps the right one for the session, and forgets it when asked', async () => {
    await stage.visitor.visit(
      `${guarded.url}/system`,
      async (page) => {
        const field = page.getByLabel('API key');
        await page.locator(':focus').and(field).waitFor();
        await field.fill('wrong-key');
        await page.keyboard.press('Enter');
        await page.getByText('The service does not know this key.').waitFor();
        await field.fill('right\u2013key');
        await page.keyboard.press('Enter');
        await page.getByText('The service does not know this key.').waitFor();
        await field.fill('right-key');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { name: 'Workers' }).waitFor();

        await page.reload();
        await page.getByRole('heading', { name: 'Workers' }).waitFor();
        const other = await page.context().newPage();
        await other.goto(guarded.url);
        await other.getByLabel('API key').waitFor();

        await page.getByRole('button', { name: 'Forget key' }).click();
        await field.waitFor();
        expect(await page.getByText('The service does not know this key.').count()).toBe(0);
        await page.reload();
        await field.waitFor();
      },
      refused,
    );
  });

  it('asks for a key again without losing the file that was chosen', async () => {
    await stage.visitor.visit(
      guarded.url,
      async (page) => {
        const field = page.getByLabel('API key');
        await field.fill('right-key');
        await page.keyboard.press('Enter');
        await chooseFile(page, sheetOf([`${stage.origin.url}/mug.jpg`]));
        await page.getByRole('button', { name: 'Forget key' }).click();
        await field.fill('other-key');
        await page.keyboard.press('Enter');
        await page.getByText('1 row with 1 link to images.').waitFor();
        await page.getByRole('button', { name: 'Upload' }).click();
        await page.waitForURL(/\/requests\//);
      },
      refused,
    );
  });
});
