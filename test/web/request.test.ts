import type { Page } from 'playwright-core';
import { freePort } from '../../src/process/ports';
import { clientOf } from '../support/api';
import { finished, requestOf, sheet, sheetOf, uploaded } from '../support/calls';
import { endCommands, startCommand } from '../support/command';
import { eventually } from '../support/eventually';
import { bytes, gate, startOrigin, status, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startReceiver, type Receiver } from '../support/receiver';
import { startService, type Service } from '../support/service';
import { downloaded, showTab, shown, startVisitor, type Visitor } from '../support/webPage';

let visitor: Visitor;
let origin: Origin;
let receiver: Receiver;
let service: Service;
beforeAll(async () => {
  visitor = await startVisitor();
  origin = await startOrigin();
  receiver = await startReceiver();
  origin.on('/mug.jpg', bytes(await photo()));
  service = await startService({
    env: { TEMPORAL_UI_URL: 'http://127.0.0.1:8233', WEBHOOK_MAX_ATTEMPTS: '1' },
  });
});
afterAll(async () => {
  await service.stop();
  await receiver.stop();
  await origin.stop();
  await visitor.close();
});
afterEach(endCommands);

const mug = () => `${origin.url}/mug.jpg`;
const missing = (name: string) => `${origin.url}/${name}.jpg`;
const viewOf = (id: string, url = service.url) => `${url}/requests/${id}`;

/** Uploads a CSV, and waits until its request is finished. */
async function done(csv: string, webhook_url?: string): Promise<string> {
  const fields = webhook_url === undefined ? {} : { webhook_url };
  const id = await uploaded(service.url, csv, { name: 'mugs.csv', fields });
  await finished(service.url, id);
  return id;
}

/** Uploads a CSV with one quick image and one that is held until `open` is called. */
async function running(path: string): Promise<{ id: string; open: () => void }> {
  const { answer, open } = gate();
  const held = origin.on(path, answer(await photo()));
  const id = await uploaded(service.url, sheetOf([mug(), held]), { name: 'mugs.csv' });
  await eventually(
    () => requestOf(service.url, id),
    ({ counts }) => counts.succeeded === 1,
  );
  return { id, open };
}

const region = (page: Page, name: string) => page.getByRole('region', { name });

/** Presses the button that opens a dialog, reads what will happen, and confirms. */
async function confirm(page: Page, button: string, explanation: string, action: string) {
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(explanation).waitFor();
  await dialog.getByRole('button', { name: action, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Waits until the page says what was done, with the focus there. */
async function reported(page: Page, text: string) {
  await page.getByRole('status').filter({ hasText: text }).waitFor();
  await page.waitForFunction('document.activeElement !== document.body');
}

describe('progress', () => {
  it('is shown live to the end, with the speed, what was saved and the time taken', async () => {
    const { id, open } = await running('/live.jpg');
    await visitor.visit(viewOf(id), async (page) => {
      await shown(page, '1 of 2 images compressed, 1 to go');
      await shown(page, '1 of 2');
      await shown(page, 'Time so far');
      await shown(page, 'Not known yet');
      expect(await page.getByRole('link', { name: 'Download result' }).count()).toBe(0);

      open();
      await shown(page, '2 of 2 images compressed');
      await shown(page, 'Time taken');
      await page.getByRole('status').filter({ hasText: 'The request is finished.' }).waitFor();
      const { bytes: counted } = await requestOf(service.url, id);
      expect(counted.out).toBeLessThan(counted.in);
      await page.getByText(/became/).waitFor();
      expect(await downloaded(page, 'Download result')).toContain('Output Image Urls');
    });
  });

  it('names the estimated end with its basis', async () => {
    const gates = Array.from({ length: 4 }, () => gate());
    const body = await photo();
    const links = gates.map(({ answer }, n) => origin.on(`/step-${n}.jpg`, answer(body)));
    const id = await uploaded(service.url, sheetOf(links));
    await visitor.visit(viewOf(id), async (page) => {
      await shown(page, '0 of 4 images compressed, 4 to go');
      gates[0]?.open();
      await shown(page, '1 of 4 images compressed, 3 to go');
      await page.getByText(/^About .+, at the speed of the last half minute$/).waitFor();
      for (const { open } of gates) open();
      await shown(page, '4 of 4 images compressed');
    });
  });
});

describe('actions', () => {
  it('retries what failed, and says so', async () => {
    const late = origin.on('/late.jpg', status(404), bytes(await photo()));
    const id = await done(sheetOf([mug(), late]));
    await visitor.visit(viewOf(id), async (page) => {
      await shown(page, '1 of 2 images compressed, 1 failed');
      expect(await downloaded(page, 'Download failed rows')).toContain('Errors');
      await confirm(page, 'Retry failed', '1 image will be downloaded', 'Retry');
      await reported(page, 'Started a retry of 1 image.');
      await shown(page, '2 of 2 images compressed');
      expect(await page.getByRole('button', { name: 'Retry failed' }).count()).toBe(0);
      expect(await region(page, 'What failed').count()).toBe(0);
    });
  });

  it('tells before a retry what it cannot change, and offers none when that is all', async () => {
    const late = origin.on('/later.jpg', status(404), bytes(await photo()));
    const id = await done(sheetOf([late], [''], ['mug.jpg']));
    await visitor.visit(viewOf(id), async (page) => {
      await region(page, 'What failed').getByText('no_links').waitFor();
      await page.getByRole('button', { name: 'Retry failed' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('1 image will be downloaded').waitFor();
      await dialog.getByText('2 others have no link that could be downloaded.').waitFor();
      await dialog.getByRole('button', { name: 'Retry', exact: true }).click();
      await reported(page, 'Started a retry of 1 image.');
      await shown(page, '1 of 3 images compressed, 2 failed');
      await page.getByRole('button', { name: 'Retry failed' }).waitFor({ state: 'detached' });
    });
  });

  it('cancels a running request, and offers a retry of the rest', async () => {
    const { id, open } = await running('/cancelled.jpg');
    await visitor.visit(viewOf(id), async (page) => {
      await confirm(page, 'Cancel', '1 image will not be processed', 'Cancel request');
      await reported(page, 'Cancelled the request.');
      await shown(page, '1 of 2 images compressed, 1 cancelled');
      await page.getByRole('button', { name: 'Retry failed' }).waitFor();
    });
    open();
  });

  it('holds no connection while its tab is hidden, and shows what happened when it is shown again', async () => {
    const { id, open } = await running('/hidden.jpg');
    await visitor.visit(`${service.url}/system`, async (page) => {
      const isEvents = (call: { url(): string }) => call.url().endsWith('/events');
      const opened = page.waitForEvent('response', isEvents);
      await page.goto(viewOf(id));
      await opened;
      const closed = page.waitForEvent('requestfailed', isEvents);
      await showTab(page, 'hidden');
      await closed;
      let streams = 0;
      page.on('request', (call) => {
        if (isEvents(call)) streams += 1;
      });
      open();
      await finished(service.url, id);
      await shown(page, '1 of 2 images compressed, 1 to go');
      await showTab(page, 'visible');
      await shown(page, '2 of 2 images compressed');
      expect(streams).toBe(0);
    });
  });

  it('deletes a request, goes to the list, and says so there', async () => {
    const id = await done(sheetOf([mug()]));
    await visitor.visit(
      viewOf(id),
      async (page) => {
        await confirm(page, 'Delete', 'This cannot be undone.', 'Delete request');
        await reported(page, 'Deleted mugs.csv, its result CSV and 1 image.');
        await page.getByRole('heading', { name: 'Requests' }).waitFor();
      },
      // The view may read the request just before it is left.
      { expected: /status of 404/ },
    );
    await expect(requestOf(service.url, id)).rejects.toMatchObject({ status: 404 });
  });

  it('shows why one was refused, and stays open', async () => {
    const late = origin.on('/refused.jpg', status(404), bytes(await photo()));
    const id = await done(sheetOf([mug(), late]));
    await visitor.visit(
      viewOf(id),
      async (page) => {
        await page.getByRole('button', { name: 'Retry failed' }).click();
        await clientOf(service.url).retry(id);
        await finished(service.url, id);
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'Retry', exact: true }).click();
        await dialog.getByRole('alert').getByText('Its state has changed.').waitFor();
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
      },
      { expected: /status of 409/ },
    );
  });
});

describe('the webhook', () => {
  it('is shown with its last answer, and sent again', async () => {
    const hook = receiver.on('/hook', 500, 204);
    const id = await done(sheetOf([mug()]), hook);
    await visitor.visit(viewOf(id), async (page) => {
      const webhook = region(page, 'Webhook');
      await webhook.getByText('Not delivered').waitFor();
      await webhook.getByText('HTTP 500', { exact: true }).waitFor();
      await webhook.getByText(hook).waitFor();

      await confirm(page, 'Send webhook again', 'with the same webhook-id', 'Send again');
      await reported(page, 'The webhook was queued to be sent again.');
      await webhook.getByText('Delivered', { exact: true }).waitFor();
      await webhook.getByText('HTTP 204', { exact: true }).waitFor();
    });
    const ids = receiver.messages('/hook').map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([`${id}.1`, `${id}.1`]);
  });

  it('is explained when there is none', async () => {
    const id = await done(sheetOf([mug()]));
    await visitor.visit(viewOf(id), async (page) => {
      await region(page, 'Webhook').getByText('None is set.').waitFor();
    });
  });
});

describe('failures', () => {
  let id: string;
  beforeAll(async () => {
    const text = origin.on('/text.jpg', bytes('no image'));
    const rows = [
      `1,Mug,"${mug()}, ${missing('a')}"`,
      `2,Cup,"${text}, ${missing('b')}"`,
      `3,Jug,${missing('c')}`,
      '4,Pot,',
    ];
    id = await done(sheet(...rows));
  });

  it('are grouped by reason and host, most frequent first, with advice', async () => {
    const { groups } = await clientOf(service.url).failures(id);
    await visitor.visit(viewOf(id), async (page) => {
      const items = region(page, 'What failed').getByRole('listitem');
      await items.nth(2).waitFor();
      expect(await items.count()).toBe(3);
      expect(await items.first().innerText()).toContain(`3 images from ${groups[0]?.host}`);
      for (const [n, { code, advice, message }] of groups.entries()) {
        const shownText = await items.nth(n).innerText();
        for (const part of [code, advice, message]) expect(shownText).toContain(part);
      }
      await items.getByText('1 row').waitFor();
      const example = items.first().getByRole('link', { name: groups[0]?.example_url ?? '' });
      expect(await example.getAttribute('href')).toBe(groups[0]?.example_url);
      expect(await example.getAttribute('rel')).toBe('noreferrer');
    });
  });

  it('of a group are shown among the images by a press', async () => {
    await visitor.visit(viewOf(id), async (page) => {
      await page.getByRole('link', { name: /Show these images: not_an_image/ }).press('Enter');
      await page.waitForURL(/\?status=failed&code=not_an_image&host=/);
      const images = region(page, 'Table of images');
      await images.getByText('text.jpg').waitFor();
      await images.getByText('a.jpg').waitFor({ state: 'detached' });
      expect(await page.evaluate('document.activeElement.id')).toBe('images');
    });
  });

  it('say that they cannot be loaded, and come back by themselves', async () => {
    await visitor.visit(
      `${service.url}/system`,
      async (page) => {
        await page.route('**/failures', (route) => route.abort());
        await page.goto(viewOf(id));
        const failures = region(page, 'What failed');
        await failures.getByText('The service cannot be reached.').waitFor();
        await page.unroute('**/failures');
        await failures.getByRole('listitem').first().waitFor();
        expect(await failures.getByRole('alert').count()).toBe(0);
      },
      { expected: /ERR_FAILED/ },
    );
  });

  it('say that they are being loaded', async () => {
    await visitor.visit(`${service.url}/system`, async (page) => {
      const held: (() => Promise<void>)[] = [];
      await page.route('**/failures', (route) => {
        held.push(() => route.continue());
      });
      await page.goto(viewOf(id));
      await page.getByText('Loading the failures…').waitFor();
      await eventually(
        () => held.length,
        (calls) => calls > 0,
      );
      await held[0]?.();
      await region(page, 'What failed').getByRole('listitem').first().waitFor();
    });
  });

  it('appear while the request is running', async () => {
    const { answer, open } = gate();
    const held = origin.on('/slow.jpg', answer(await photo()));
    const running = await uploaded(service.url, sheetOf([missing('d'), held]));
    await visitor.visit(viewOf(running), async (page) => {
      await region(page, 'What failed').getByText('not_found').waitFor();
      await shown(page, '0 of 2 images compressed, 1 failed, 1 to go');
      open();
      await shown(page, '1 of 2 images compressed, 1 failed');
    });
  });
});

describe('what the operator needs', () => {
  let id: string;
  beforeAll(async () => {
    id = await done(sheetOf([mug(), missing('e')]));
  });

  it('is a link into the Temporal Web UI', async () => {
    await visitor.visit(viewOf(id), async (page) => {
      const link = page.getByRole('link', { name: 'Open in the Temporal Web UI' });
      expect(await link.getAttribute('href')).toBe(
        `http://127.0.0.1:8233/namespaces/default/workflows/image-request%2F${id}`,
      );
    });
  });

  it('is the next commands, which are copied by keyboard', async () => {
    await visitor.visit(
      viewOf(id),
      async (page) => {
        await page.getByRole('button', { name: 'Copy command of line 2' }).press('Enter');
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
          `npm run ops -- retry ${id} --watch`,
        );
      },
      { context: { permissions: ['clipboard-read', 'clipboard-write'] } },
    );
  });

  it('is selected where the browser copies nothing', async () => {
    await visitor.visit(viewOf(id), async (page) => {
      await page.evaluate(`{
        Object.defineProperty(navigator, 'clipboard', { value: undefined });
        document.execCommand = () => false;
      }`);
      await page.getByRole('button', { name: 'Copy command of line 1' }).press('Enter');
      await page.getByRole('textbox', { name: 'Copy this text' }).focus();
      expect(await page.evaluate('String(getSelection())')).toBe(`npm run ops -- show ${id}`);
    });
  });
});

describe('how the file was uploaded', () => {
  it('is shown: options, columns, delimiter and warnings', async () => {
    const csv = `Made for the shop\nName;Photo;Image Url\nMug;${mug()};${mug()}\n`;
    const id = await uploaded(service.url, csv, { fields: { format: 'webp', max_width: 800 } });
    const { sheet: read } = await requestOf(service.url, id);
    await visitor.visit(viewOf(id), async (page) => {
      const upload = region(page, 'Options and file');
      for (const text of ['webp', '800 × any pixels', 'Name, Photo, Image Url', 'semicolon']) {
        await upload.getByText(text, { exact: true }).waitFor();
      }
      expect(read.warnings).not.toEqual([]);
      for (const warning of read.warnings) await upload.getByText(warning).waitFor();
    });
  });
});

describe('a view that stays open', () => {
  /** A second API of the service, as a process that can be killed. */
  async function startApi(env: NodeJS.ProcessEnv = {}) {
    const port = await freePort('the API', 'PORT', 0, () => undefined);
    const url = `http://127.0.0.1:${port}`;
    const variables = {
      ...service.workerEnv,
      PORT: String(port),
      PUBLIC_URL: url,
      LOG_LEVEL: 'info',
      ...env,
    };
    const start = async () => {
      const api = startCommand('api', variables);
      await api.says('The API is ready');
      return api;
    };
    return { url, api: await start(), start };
  }

  it('says when the API is killed, and goes on when it is back', async () => {
    const { url, api, start } = await startApi();
    const { id, open } = await running('/killed.jpg');
    await visitor.visit(
      viewOf(id, url),
      async (page) => {
        await shown(page, '1 of 2 images compressed, 1 to go');
        api.kill('SIGKILL');
        await page.getByText('The service cannot be reached.').first().waitFor();
        await shown(page, '1 of 2 images compressed, 1 to go');
        await start();
        await eventually(
          () => page.getByText('The service cannot be reached.').count(),
          (count) => count === 0,
        );
        open();
        await shown(page, '2 of 2 images compressed');
      },
      { expected: /ERR_|Failed to load resource/ },
    );
  });

  it('says that the request was deleted elsewhere', async () => {
    const id = await done(sheetOf([mug()]));
    await visitor.visit(
      viewOf(id),
      async (page) => {
        await shown(page, '1 of 1 image compressed');
        await clientOf(service.url).remove(id);
        await page.getByRole('button', { name: 'Delete' }).waitFor({ state: 'detached' });
        await page.getByText('It may have been deleted').waitFor();
        await page.getByRole('link', { name: 'All requests' }).click();
        await page.getByRole('heading', { name: 'Requests' }).waitFor();
      },
      { expected: /status of 404/ },
    );
  });

  it('asks for the key, then shows the request and its failures', async () => {
    const { url } = await startApi({ API_KEYS: 'right-key' });
    const id = await done(sheetOf([mug(), missing('f')]));
    await visitor.visit(
      viewOf(id, url),
      async (page) => {
        await page.getByLabel('API key').fill('right-key');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await shown(page, '1 of 2 images compressed, 1 failed');
        await region(page, 'What failed').getByText('not_found').waitFor();
        expect(await downloaded(page, 'Download failed rows')).toContain('Errors');
      },
      { expected: /status of 401/ },
    );
  });
});

it.each([360, 1280])('fits into a width of %i pixels', async (width) => {
  const long = `${'a-very-long-name-'.repeat(8)}.csv`;
  const link = missing('b'.repeat(200));
  const id = await uploaded(service.url, sheetOf([mug(), link]), { name: long });
  await finished(service.url, id);
  await visitor.visit(
    viewOf(id),
    async (page) => {
      await region(page, 'What failed').getByRole('listitem').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    },
    { context: { viewport: { width, height: 800 } } },
  );
});
