import type { System } from '../../contract/http/system';
import { FINDING_LABELS, summaryOf } from '../../web/logic/system';
import { FINDINGS } from '../../contract/findings';
import { clientOf } from '../support/api';
import { finished, sheetOf, uploaded } from '../support/calls';
import { answerWith, hang, startHttpProxy, type HttpProxy } from '../support/httpProxy';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startService, type Service } from '../support/service';
import { startVisitor, type Visitor } from '../support/webPage';

describe('summaryOf', () => {
  it('names what is down', () => {
    const parts = (...down: string[]) =>
      (['api', 'mongodb', 'storage'] as const).map((name) => ({
        name,
        is_up: !down.includes(name),
      }));
    expect(summaryOf(parts())).toBe('Everything is up.');
    expect(summaryOf(parts('storage'))).toBe('Down: Storage.');
    expect(summaryOf(parts('mongodb', 'storage'))).toBe('Down: MongoDB and Storage.');
  });
});

describe('the view of the system', () => {
  const PATH = /^\/image\/system$/;

  let visitor: Visitor;
  let origin: Origin;
  let service: Service;
  let proxy: HttpProxy;
  let answered: System;
  beforeAll(async () => {
    visitor = await startVisitor();
    origin = await startOrigin();
    origin.on('/mug.jpg', bytes(await photo()));
    service = await startService({ worker: false });
    proxy = await startHttpProxy(service.url);
    answered = await clientOf(service.url).system();
  });
  afterAll(async () => {
    await visitor.close();
    await proxy.stop();
    await service.stop();
    await origin.stop();
  });

  const answer = (changes: Partial<System>) => {
    proxy.on('GET', PATH, answerWith(200, { ...answered, ...changes }));
  };

  it('shows what is up, what is down and what to do, and that no worker runs', async () => {
    await visitor.visit(`${service.url}/system`, async (page) => {
      await page.getByText('Down: Workers.').waitFor();
      const parts = page.getByRole('region', { name: 'Parts' }).getByRole('listitem');
      for (const { name, is_up, detail } of answered.parts) {
        const part = parts.filter({ hasText: new RegExp(`^${name}`, 'i') });
        expect(await part.textContent()).toContain(`${is_up ? 'Up' : 'Down'}${detail}`);
      }
      await page.getByText('None was seen in the last minute.').waitFor();
    });
  });

  it('shows what changes by itself', async () => {
    await visitor.visit(`${service.url}/system`, async (page) => {
      const backlog = page.getByRole('region', { name: 'Backlog' });
      await backlog.getByText('There is nothing to do.').waitFor();
      const id = await uploaded(service.url, sheetOf([`${origin.url}/mug.jpg`]));
      await backlog.getByText('There is nothing to do.').waitFor({ state: 'detached' });
      await service.startWorker();
      await finished(service.url, id);
      await backlog.getByText('There is nothing to do.').waitFor();
      await service.stopWorker();
    });
  });

  it('shows workers, hosts that are cooling down with the time, and findings with their request', async () => {
    const at = new Date(Date.now() - 7_200_000).toISOString();
    answer({
      workers: [
        {
          id: 'one',
          host: 'packer-1',
          version: '1.2.3',
          started_at: at,
          seen_at: new Date().toISOString(),
          images_in_progress: 7,
        },
      ],
      cooling_hosts: [
        {
          host: 'slow.example',
          until: new Date(Date.now() + 330_000).toISOString(),
          reason: 'http_429',
        },
      ],
      findings: FINDINGS.map((finding) => ({ finding, request_id: 'none', note: 'so it was', at })),
    });
    await visitor.visit(
      `${proxy.url}/system`,
      async (page) => {
        const region = (name: string) => page.getByRole('region', { name });
        await region('Workers').getByText('packer-1').waitFor();
        expect(await region('Workers').textContent()).toContain('7 images in progress');
        expect(await region('Hosts cooling down').textContent()).toMatch(
          /slow\.example.*in 5 minutes.*http_429/,
        );
        const findings = region('Newest findings').getByRole('listitem');
        expect(await findings.allTextContents()).toEqual(
          FINDINGS.map((finding) => expect.stringContaining(FINDING_LABELS[finding]) as string),
        );
        await findings.first().getByRole('link').click();
        await page.getByText('Request ID not found').waitFor();
      },
      { expected: /status of 404/ },
    );
  });

  it('says how long requests are kept', async () => {
    answer({ retention_days: 1, stored: { requests: 2, images: 1_234, bytes: 5_000_000 } });
    await visitor.visit(`${proxy.url}/system`, async (page) => {
      const stored = page.getByRole('region', { name: 'Storage' });
      await stored.getByText('Finished requests are deleted after 1 day.').waitFor();
      await stored.getByText('1,234').waitFor();
      await stored.getByText('5 MB').waitFor();
    });
  });

  it('shows only the parts while MongoDB is down', async () => {
    const parts = answered.parts.map((part) =>
      part.name === 'mongodb' ? { ...part, is_up: false } : part,
    );
    answer({ parts });
    await visitor.visit(`${proxy.url}/system`, async (page) => {
      await page.getByText('More is known when MongoDB is up again.').waitFor();
      expect(await page.getByRole('region', { name: 'Backlog' }).count()).toBe(0);
      // The next answer is that of the service.
      await page.getByRole('region', { name: 'Backlog' }).waitFor();
    });
  });

  it('keeps what it knows while the service fails, and says of when that is', async () => {
    await visitor.visit(
      `${proxy.url}/system`,
      async (page) => {
        await page.getByRole('region', { name: 'Backlog' }).waitFor();
        proxy.on('GET', PATH, answerWith(503, { detail: 'MongoDB cannot be reached' }));
        await page.getByRole('alert').getByText('MongoDB cannot be reached').waitFor();
        await page.getByText('This was so').waitFor();
        expect(await page.getByRole('region', { name: 'Backlog' }).count()).toBe(1);
        await page.getByRole('alert').waitFor({ state: 'detached' });
        expect(await page.getByText('This was so').count()).toBe(0);
      },
      { expected: /status of 503/ },
    );
  });

  it('says what it waits for, and gives up a call that gets no answer', async () => {
    proxy.on('GET', PATH, hang);
    await visitor.visit(`${proxy.url}/system`, async (page) => {
      await page.getByText('Loading the state of the service').waitFor();
      await page.getByText('The service cannot be reached.').waitFor();
      await page.getByRole('region', { name: 'Backlog' }).waitFor();
    });
  });
});

describe('the view of the system for a key with few rights', () => {
  it('says that more is shown for others', async () => {
    const visitor = await startVisitor();
    const service = await startService({ worker: false, env: { API_KEYS: 'shop:read:some-key' } });
    try {
      await visitor.visit(
        `${service.url}/system`,
        async (page) => {
          await page.getByLabel('API key').fill('some-key');
          await page.keyboard.press('Enter');
          for (const name of ['Hosts cooling down', 'Newest findings']) {
            const region = page.getByRole('region', { name });
            await region.getByText('Only keys with the right “operate” show them.').waitFor();
          }
        },
        { expected: /status of 401/ },
      );
    } finally {
      await visitor.close();
      await service.stop();
    }
  });
});
