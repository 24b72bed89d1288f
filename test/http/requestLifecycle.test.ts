import { Webhook } from 'standardwebhooks';
import type { z } from 'zod';
import type { imagesPage } from '../../contract/http/images';
import { call, clientOf } from '../support/api';
import {
  finished,
  imagesOf,
  json,
  requestOf,
  resultOf,
  sheetOf,
  statusOf,
  upload,
  uploaded,
} from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, status, type Origin } from '../support/origin';
import { corruptPhoto, photo, transparentPng, turnedPhoto } from '../support/pictures';
import { startReceiver, type Receiver } from '../support/receiver';
import { startService, type Service } from '../support/service';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

type ImagesPage = z.output<typeof imagesPage>;

describe('a request, from upload to webhook', () => {
  let service: Service;
  let origin: Origin;
  let receiver: Receiver;

  beforeAll(async () => {
    origin = await startOrigin();
    receiver = await startReceiver();
    service = await startService({ env: { WEBHOOK_SECRET: SECRET } });
    origin.on('/a.jpg', bytes(await photo()));
    origin.on('/b.png', bytes(await transparentPng()));
    origin.on('/turned.jpg', bytes(await turnedPhoto()));
    origin.on('/gone.jpg', status(404));
    origin.on('/corrupt.jpg', bytes(await corruptPhoto()));
    origin.on('/flaky.jpg', status(503), status(503), bytes(await photo()));
  });

  afterAll(async () => {
    await service.stop();
    await origin.stop();
    await receiver.stop();
  });

  const link = (path: string) => `${origin.url}${path}`;
  const mixed = () =>
    sheetOf(
      [link('/a.jpg'), link('/b.png')],
      [link('/gone.jpg'), link('/turned.jpg')],
      [link('/a.jpg')],
    );

  it('answers the upload with a request id and nothing else', async () => {
    const response = await upload(service.url, sheetOf([link('/a.jpg')]));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
  });

  it('fails links to the service itself as blocked_address, by any of its names', async () => {
    const { port } = new URL(service.url);
    const hosts = ['127.0.0.1', 'localhost', '127.0.0.2', '[::1]'];
    const links = hosts.map((host) => `http://${host}:${port}/image/requests.jpg`);
    const id = await uploaded(service.url, sheetOf(links, [link('/a.jpg')]));
    await finished(service.url, id);
    const images = await imagesOf(service.url, id);
    expect(images.map(({ status, error }) => error?.code ?? status)).toEqual([
      ...hosts.map(() => 'blocked_address'),
      'succeeded',
    ]);
  });

  it('compresses images that are written into their links, and shows those links shortened', async () => {
    const png = (await transparentPng()).toString('base64');
    const dataLink = `data:image/png;base64,${png}`;
    const damaged = `${dataLink.slice(0, 1_000)}*`;
    const shown = `data:image/png (${Math.ceil(Buffer.from(png, 'base64').length / 1024)} KB)`;
    const id = await uploaded(
      service.url,
      sheetOf([dataLink, link('/a.jpg')], [damaged], [dataLink]),
    );
    expect(await finished(service.url, id)).toMatchObject({ status: 'completed_with_errors' });
    const images = await imagesOf(service.url, id);
    expect(images.map(({ source_url, status, format }) => [source_url, status, format])).toEqual([
      [shown, 'succeeded', 'png'],
      [link('/a.jpg'), 'succeeded', 'jpeg'],
      ['data:image/png (0 KB)', 'failed', null],
      [shown, 'succeeded', 'png'],
    ]);
    expect(images[2]?.error?.code).toBe('invalid_url');
    expect(images[3]?.output_url).toBe(images[0]?.output_url);
    const output = await call(images[0]?.output_url ?? '');
    expect(output.headers.get('content-type')).toBe('image/png');
    const failedRows = await resultOf(service.url, id, { only: 'failed' });
    expect(failedRows).toContain('(data:image/png (0 KB))');
    expect(failedRows).toContain(damaged);
  });

  it('answers the status with exactly three strings, and counts occurrences', async () => {
    const id = await uploaded(service.url, mixed());
    expect(await finished(service.url, id)).toEqual({
      request_id: id,
      status: 'completed_with_errors',
      details: '4 of 5 images compressed, 1 failed',
    });
  });

  it('is completed when every image succeeds', async () => {
    const id = await uploaded(service.url, sheetOf([link('/a.jpg')]));
    expect((await finished(service.url, id)).status).toBe('completed');
  });

  it('is failed when no image succeeds', async () => {
    const id = await uploaded(service.url, sheetOf([link('/gone.jpg')], [link('/corrupt.jpg')]));
    expect(await finished(service.url, id)).toMatchObject({
      status: 'failed',
      details: '0 of 2 images compressed, 2 failed',
    });
  });

  it('attempts an image again after transient failures until it succeeds', async () => {
    origin.on(
      '/once-busy.jpg',
      status(503),
      status(429, { 'retry-after': '0' }),
      bytes(await photo()),
    );
    const id = await uploaded(service.url, sheetOf([link('/once-busy.jpg')]));
    expect((await finished(service.url, id)).status).toBe('completed');
    expect(origin.hits('/once-busy.jpg')).toBe(3);
  });

  it('fails an image after IMAGE_MAX_ATTEMPTS transient failures, and shows the last error', async () => {
    origin.on('/down.jpg', status(503));
    const id = await uploaded(service.url, sheetOf([link('/down.jpg')]));
    expect((await finished(service.url, id)).status).toBe('failed');
    expect(origin.hits('/down.jpg')).toBe(5);
    const images = await imagesOf(service.url, id);
    expect(images).toMatchObject([
      {
        status: 'failed',
        attempts: 5,
        error: { code: 'http_5xx', message: expect.any(String) as string },
      },
    ]);
  });

  it('makes no further attempt after a permanent failure', async () => {
    origin.on('/forbidden.jpg', status(403));
    const id = await uploaded(service.url, sheetOf([link('/forbidden.jpg')]));
    await finished(service.url, id);
    expect(origin.hits('/forbidden.jpg')).toBe(1);
  });

  it('downloads a repeated link once, and lists all its occurrences', async () => {
    origin.on('/twice.jpg', bytes(await photo()));
    const id = await uploaded(
      service.url,
      sheetOf([link('/twice.jpg'), link('/twice.jpg')], [link('/twice.jpg')]),
    );
    expect((await finished(service.url, id)).details).toBe('3 of 3 images compressed');
    expect(origin.hits('/twice.jpg')).toBe(1);
    const images = await imagesOf(service.url, id);
    expect(images.map(({ row, position }) => [row, position])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
    expect(new Set(images.map(({ output_url }) => output_url)).size).toBe(1);
  });

  it('returns the input columns unchanged, and the output links in the same order', async () => {
    const id = await uploaded(service.url, mixed(), { name: 'spring.csv' });
    await finished(service.url, id);
    const response = await clientOf(service.url).result(id);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toContain('spring-result.csv');
    const lines = (await response.text()).split('\n');
    expect(lines[0]).toBe('S. No.,Product Name,Input Image Urls,Output Image Urls');
    const file = `${service.url}/image/files/${id}/[0-9a-f-]+`;
    expect(lines[1]).toMatch(
      new RegExp(
        `^1,Product 1,".*",${file}.jpg,${file}.png"?$`.replace(`,${file}.jpg`, `,"${file}.jpg`),
      ),
    );
    expect(lines[2]).toMatch(new RegExp(`^2,Product 2,".*",",${file}.jpg"$`));
    expect(lines[3]).toMatch(new RegExp(`^3,Product 3,.*,${file}.jpg$`));
  });

  it('returns the failed rows with their errors as a CSV that can be uploaded again', async () => {
    const id = await uploaded(service.url, mixed());
    await finished(service.url, id);
    const failed = await resultOf(service.url, id, { only: 'failed' });
    expect(failed.split('\n')).toEqual([
      'S. No.,Product Name,Input Image Urls,Errors',
      `2,Product 2,"${link('/gone.jpg')}, ${link('/turned.jpg')}","1. not_found: Expected the image, received HTTP 404 (${link('/gone.jpg')})"`,
      '',
    ]);
    expect((await upload(service.url, failed)).status).toBe(200);
  });

  it('serves the images at their output links', async () => {
    const id = await uploaded(service.url, sheetOf([link('/turned.jpg')]));
    await finished(service.url, id);
    const images = await imagesOf(service.url, id);
    const [image] = images;
    expect(image).toMatchObject({ status: 'succeeded', width: 120, height: 200, format: 'jpeg' });
    const response = await call(String(image?.output_url));
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect((await response.arrayBuffer()).byteLength).toBe(image?.bytes_out);
  });

  it('shows the complete request', async () => {
    const id = await uploaded(service.url, mixed(), { fields: { quality: '70', format: 'webp' } });
    await finished(service.url, id);
    const request = await requestOf(service.url, id);
    expect(request).toMatchObject({
      request_id: id,
      status: 'completed_with_errors',
      counts: { total: 5, succeeded: 4, failed: 1, pending: 0 },
      options: {
        quality: 70,
        format: 'webp',
        effort: 'balanced',
        max_width: null,
        max_height: null,
      },
      round: 1,
      webhook: null,
      links: { result: `${service.url}/image/result/${id}` },
    });
  });

  it('shows how the CSV was read', async () => {
    const sheet =
      'S. No.;Product Name;Image 1;Image 2;Photo\n' +
      `1;Mug;${link('/a.jpg')};see ${link('/b.png')};${link('/a.jpg')}\n`;
    const id = await uploaded(service.url, sheet);
    await finished(service.url, id);
    const request = await requestOf(service.url, id);
    expect(request.sheet).toEqual({
      columns: ['S. No.', 'Product Name', 'Image 1', 'Image 2', 'Photo'],
      link_columns: ['Image 1', 'Image 2'],
      delimiter: ';',
      encoding: 'utf-8',
      rows: 1,
      warnings: [
        'Column "Photo" appears to contain links but was not read',
        'Text beside links was ignored in row 1: "see"',
      ],
    });
  });

  it('replaces the output links when a result CSV is uploaded again', async () => {
    const first = await uploaded(service.url, sheetOf([link('/a.jpg')]));
    await finished(service.url, first);
    const result = await resultOf(service.url, first);
    const second = await uploaded(service.url, result);
    await finished(service.url, second);
    expect(await resultOf(service.url, second)).toBe(result.replaceAll(first, second));
  });

  it('counts a bad row as one failed occurrence, and lists it', async () => {
    const sheet = `${sheetOf([link('/a.jpg')])}2,Nothing,\n3,Words,see attachment\n`;
    const id = await uploaded(service.url, sheet);
    expect((await finished(service.url, id)).details).toBe('1 of 3 images compressed, 2 failed');
    const images = await imagesOf(service.url, id, { status: 'failed' });
    expect(images.map(({ row, position, error }) => [row, position, error])).toMatchObject([
      [2, null, { code: 'no_links' }],
      [3, null, { code: 'invalid_links' }],
    ]);
  });

  it('pages through the images by cursor', async () => {
    const id = await uploaded(service.url, mixed());
    await finished(service.url, id);
    const occurrences = [];
    let cursor: string | null = '';
    do {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: ImagesPage = await json(
        `${service.url}/image/requests/${id}/images?limit=2${query}`,
      );
      occurrences.push(...page.images.map(({ row, position }) => [row, position]));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(occurrences).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [3, 1],
    ]);
  });

  it.each([
    ['2.0', [2, 1]],
    ['2.1', [2, 2]],
    // Behind the last link of a row, the next row begins.
    ['2.2', [3, 1]],
    ['4.0', undefined],
  ])('begins a page of images at ROW.INDEX: %s', async (cursor, first) => {
    const id = await uploaded(service.url, mixed());
    await finished(service.url, id);
    const { images, next_cursor } = await json<ImagesPage>(
      `${service.url}/image/requests/${id}/images?cursor=${cursor}`,
    );
    expect(images.map(({ row, position }) => [row, position])[0]).toEqual(first);
    expect(next_cursor).toBeNull();
  });

  it('sends a signed webhook with exactly three keys, and records its delivery', async () => {
    const url = receiver.on('/outcome', 204);
    const id = await uploaded(service.url, sheetOf([link('/a.jpg')]), {
      fields: { webhook_url: url },
    });
    const [message] = await eventually(
      () => receiver.messages('/outcome'),
      (messages) => messages.length > 0,
    );
    expect(message?.headers['webhook-id']).toBe(`${id}.1`);
    expect(new Webhook(SECRET).verify(message?.body ?? '', message?.headers ?? {})).toEqual({
      request_id: id,
      status: 'completed',
      details: '1 of 1 image compressed',
    });
    const { webhook } = await eventually(
      () => requestOf(service.url, id),
      (request) => request.webhook?.state !== 'pending',
    );
    expect(webhook).toMatchObject({
      state: 'delivered',
      attempts: 1,
      status_code: 204,
      error: null,
    });
  });

  it('sends the webhook again under the same id until the receiver accepts it', async () => {
    const url = receiver.on('/moody', 500, 503, 200);
    const id = await uploaded(service.url, sheetOf([link('/a.jpg')]), {
      fields: { webhook_url: url },
    });
    const messages = await eventually(
      () => receiver.messages('/moody'),
      (received) => received.length === 3,
    );
    expect(new Set(messages.map(({ headers }) => headers['webhook-id']))).toEqual(
      new Set([`${id}.1`]),
    );
    expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
  });

  it('stops sending the webhook when the receiver answers 410', async () => {
    const url = receiver.on('/gone', 410);
    const id = await uploaded(service.url, sheetOf([link('/a.jpg')]), {
      fields: { webhook_url: url },
    });
    const { webhook } = await eventually(
      () => requestOf(service.url, id),
      (request) => request.webhook?.state === 'failed',
    );
    expect(webhook).toMatchObject({ attempts: 1, status_code: 410 });
    expect(receiver.messages('/gone')).toHaveLength(1);
  });

  it('answers from the records while no worker is running, also for a pending request', async () => {
    const own = await startService();
    const { url } = own;
    const done = await uploaded(url, sheetOf([link('/a.jpg')]));
    await finished(url, done);
    await own.stopWorker();
    const open = await uploaded(url, sheetOf([link('/a.jpg')]));
    expect((await statusOf(url, done)).status).toBe('completed');
    expect(await statusOf(url, open)).toEqual({
      request_id: open,
      status: 'pending',
      details: '0 of 1 image compressed, 1 to go',
    });
    expect((await call(`${url}/image/result/${open}`)).status).toBe(409);
    await own.stop();
  });
});
