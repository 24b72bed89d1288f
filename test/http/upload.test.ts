import { mkdir, readdir, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import type { Problem } from '../../contract/http/problem';
import { call } from '../support/api';
import {
  finished,
  imagesOf,
  postForm,
  sheet,
  sheetOf,
  upload,
  uploaded,
  type UploadOptions,
} from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, startOrigin, type Origin } from '../support/origin';
import { photo } from '../support/pictures';
import { startMongodbLine, type MongodbLine } from '../support/mongodbLine';
import { startService, type Service } from '../support/service';

describe('POST /image/upload/', () => {
  let service: Service;
  let origin: Origin;

  beforeAll(async () => {
    origin = await startOrigin();
    service = await startService({
      env: { MAX_UPLOAD_BYTES: '200000', MAX_IMAGES_PER_REQUEST: '50' },
    });
    origin.on('/a.jpg', bytes(await photo()));
  });

  afterAll(async () => {
    await service.stop();
    await origin.stop();
  });

  afterEach(async () => {
    expect(
      await eventually(
        () => readdir(service.spoolDir),
        (files) => files.length === 0,
      ),
    ).toEqual([]);
  });

  const good = () => sheetOf([`${origin.url}/a.jpg`]);

  async function refused(content: string | Uint8Array<ArrayBuffer>, options: UploadOptions = {}) {
    const response = await upload(service.url, content, options);
    return { status: response.status, ...((await response.json()) as Problem) };
  }

  /** Sends raw bytes, as broken clients do, and returns the first line of the response. */
  function raw(head: string, body = ''): Promise<string> {
    const { port } = new URL(service.url);
    return new Promise((resolve, reject) => {
      const socket = createConnection(Number(port), '127.0.0.1');
      socket.once('data', (data) => {
        resolve(data.toString().split('\r\n')[0] ?? '');
        socket.destroy();
      });
      socket.once('error', reject);
      socket.write(`POST /image/upload/ HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n${body}`);
    });
  }

  describe('answers 400 with "Only CSV files are supported"', () => {
    const notCsv = { status: 400, detail: 'Only CSV files are supported' };
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

    it.each<[string, string | Uint8Array<ArrayBuffer>, UploadOptions]>([
      ['a name that does not end in .csv', 'x', { name: 'products.txt' }],
      ['a contradicting content type', 'x', { type: 'image/png' }],
      ['the content type of a PDF', 'x', { type: 'application/pdf' }],
      ['a PNG named .csv', png, { type: 'text/csv' }],
      ['no file name', 'x', { name: '' }],
      ['no file name and more bytes than a text field may hold', 'x'.repeat(9_000), { name: '' }],
    ])('to %s', async (_, content, options) => {
      expect(await refused(content, options)).toEqual(notCsv);
    });
  });

  it('answers 422 to an empty file', async () => {
    expect(await refused('', {})).toMatchObject({
      status: 422,
      detail: 'Expected a header and rows, received an empty file',
    });
  });

  it.each(['application/octet-stream', 'application/vnd.ms-excel', 'text/plain', 'text/csv'])(
    'accepts a CSV sent as %s',
    async (type) => {
      expect((await upload(service.url, good(), { type, name: 'UPPER.CSV' })).status).toBe(200);
    },
  );

  it('accepts a file name of 255 characters, and answers 422 to a longer one', async () => {
    const named = (length: number) => ({ name: `${'ü'.repeat(length - 4)}.csv` });
    expect((await upload(service.url, good(), named(255))).status).toBe(200);
    expect(await refused(good(), named(256))).toMatchObject({
      status: 422,
      detail: [{ msg: 'Expected a file name of at most 255 characters, received 256' }],
    });
  });

  describe('a file whose encoding is named after it in the form', () => {
    const utf16 = () => Buffer.from(good(), 'utf16le');

    async function answerTo(content: Buffer<ArrayBuffer>, encoding: string) {
      const form = new FormData();
      form.append('file', new Blob([content]), 'products.csv');
      form.append('encoding', encoding);
      const response = await postForm(service.url, form);
      return { status: response.status, ...((await response.json()) as Partial<Problem>) };
    }

    it('is accepted in UTF-16 without a byte order mark', async () => {
      expect(await answerTo(utf16(), 'utf-16')).toMatchObject({ status: 200 });
    });

    it('is answered 422 when UTF-16 is not named', async () => {
      expect(await answerTo(utf16(), 'auto')).toMatchObject({
        status: 422,
        detail: [{ loc: ['body', 'encoding'], type: 'unclear_encoding' }],
      });
    });

    it('is answered 400 when it has NUL and is not UTF-16', async () => {
      expect(await answerTo(Buffer.from(`${good()}\0`), 'utf-8')).toEqual({
        status: 400,
        detail: 'Only CSV files are supported',
      });
    });

    it('is answered 422 when the encoding is unknown, and the answer says what is expected', async () => {
      expect(await answerTo(Buffer.from(good()), 'excel')).toMatchObject({
        status: 422,
        detail: [
          {
            loc: ['body', 'encoding'],
            msg: expect.stringMatching(/^Expected auto or a WHATWG encoding label/) as string,
          },
        ],
      });
    });

    it('is answered 422 when it has half a character far below the header', async () => {
      const rows = `${good()}${'1,a name,\n'.repeat(5_000)}1,\ud800x,`;
      expect(await answerTo(Buffer.from(rows, 'utf16le'), 'utf-16le')).toMatchObject({
        status: 422,
        detail: [{ loc: ['body', 'file'], type: 'invalid_encoding' }],
      });
    });
  });

  it('answers 422 to a form without the file', async () => {
    const form = new FormData();
    form.append('quality', '50');
    const response = await postForm(service.url, form);
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({
      detail: [{ loc: ['body', 'file'], msg: 'Field required', type: 'missing' }],
    });
  });

  it('answers 422 to a body that is not a form', async () => {
    const response = await call(`${service.url}/image/upload/`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(422);
  });

  it.each([
    ['quality', '0'],
    ['quality', '101'],
    ['quality', '5.5'],
    ['quality', '1e1'],
    ['format', 'bmp'],
    ['effort', 'insane'],
    ['max_width', '0'],
    ['max_width', '-1'],
    ['max_height', '99999999999999999999'],
    ['strict', 'perhaps'],
    ['webhook_url', 'javascript:alert(1)'],
    ['webhook_url', 'nowhere'],
    ['webhook_url', 'https://a..b/'],
    ['webhook_url', 'http://10.0.0.1/hook'],
    ['webhook_url', 'http://[fd00::1]/hook'],
    ['colour', 'red'],
    ['__proto__', 'x'],
  ])('answers 422 to %s = %s, and names the field', async (field, value) => {
    const { status, detail } = await refused(good(), { fields: { [field]: value } });
    expect(status).toBe(422);
    expect(detail).toMatchObject([{ loc: ['body', field] }]);
  });

  it('answers 422 to a webhook_url with a private address, and hides its credentials', async () => {
    const fields = { webhook_url: 'http://user:secret@0xa9fea9fe/latest' };
    expect(await refused(good(), { fields })).toEqual({
      status: 422,
      detail: [
        {
          loc: ['body', 'webhook_url'],
          msg:
            'Expected a public address, received 169.254.169.254; ' +
            'to allow it, add its network to ALLOWED_NETWORKS',
          type: 'blocked_address',
        },
      ],
    });
  });

  it('answers 422 to a webhook_url that names the service itself, although its network is allowed', async () => {
    const fields = { webhook_url: `${service.url}/image/requests/retry` };
    expect(await refused(good(), { fields })).toMatchObject({
      status: 422,
      detail: [{ loc: ['body', 'webhook_url'], type: 'blocked_address' }],
    });
  });

  it('answers 422 to a webhook_url with a port that is not allowed', async () => {
    const fields = { webhook_url: 'http://hooks.example:25/' };
    expect(await refused(good(), { fields })).toMatchObject({
      status: 422,
      detail: [{ loc: ['body', 'webhook_url'], type: 'blocked_address' }],
    });
  });

  it('answers 422 to a field that is given twice', async () => {
    const form = new FormData();
    form.append('quality', '50');
    form.append('quality', '60');
    form.append('file', new Blob([good()]), 'a.csv');
    const response = await postForm(service.url, form);
    expect(response.status).toBe(422);
  });

  it('answers 422 to two files', async () => {
    const form = new FormData();
    form.append('file', new Blob([good()]), 'a.csv');
    form.append('file', new Blob([good()]), 'b.csv');
    const response = await postForm(service.url, form);
    expect(response.status).toBe(422);
  });

  it('accepts fields after the file', async () => {
    const form = new FormData();
    form.append('file', new Blob([good()]), 'a.csv');
    form.append('quality', '60');
    const response = await postForm(service.url, form);
    expect(response.status).toBe(200);
  });

  it('answers 422 when no row is usable, and names the first hundred', async () => {
    const rows = Array.from({ length: 120 }, (_, index) => `${index},Product,`);
    const { status, detail } = await refused(sheet(...rows));
    expect(status).toBe(422);
    expect(detail).toHaveLength(100);
    expect(detail[0]).toMatchObject({
      loc: ['body', 'file', 'row 1'],
      type: 'no_links',
    });
  });

  it('answers 422 to an unclosed quote, and to text instead of a link, when strict', async () => {
    const content =
      'S. No.,Product Name,Input Image Urls\n1,"Mug,http://127.0.0.1/1.jpg\n' +
      '2,Cup,"http://127.0.0.1/2.jpg, side.jpg"\n3,Lid,http://127.0.0.1/3.jpg and more\n';
    const { status, detail } = await refused(content, { fields: { strict: 'true' } });
    expect(status).toBe(422);
    expect(detail).toMatchObject([
      { loc: ['body', 'file', 'row 1'], type: 'malformed_row' },
      { loc: ['body', 'file', 'row 2'], type: 'invalid_links' },
    ]);
  });

  it('answers 422 to one bad row when strict', async () => {
    const content = `${good()}2,Nothing,\n`;
    const { status, detail } = await refused(content, { fields: { strict: 'true' } });
    expect(status).toBe(422);
    expect(detail).toMatchObject([{ loc: ['body', 'file', 'row 2'] }]);
    expect((await upload(service.url, content)).status).toBe(200);
  });

  it('answers 422 to a file with only a header', async () => {
    expect((await refused(sheet())).status).toBe(422);
  });

  it('answers 422 to more images than MAX_IMAGES_PER_REQUEST', async () => {
    const links = Array.from({ length: 51 }, (_, index) => `${origin.url}/${index}.jpg`);
    const { status, detail } = await refused(sheetOf(links));
    expect([status, detail]).toEqual([422, expect.stringContaining('at most 50 images')]);
  });

  it('answers 413 to a Content-Length above MAX_UPLOAD_BYTES', async () => {
    const head = 'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 99999999';
    expect(await raw(head)).toBe('HTTP/1.1 413 Payload Too Large');
  });

  it('answers 413 while a file above MAX_UPLOAD_BYTES is still arriving', async () => {
    const part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n';
    const body = part + 'x'.repeat(220_000);
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n`;
    const head = 'Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked';
    expect(await raw(head, chunk)).toBe('HTTP/1.1 413 Payload Too Large');
  });

  it('answers 503 without a path while the folder for uploads is missing', async () => {
    await rm(service.spoolDir, { recursive: true });
    const response = await upload(service.url, good());
    await mkdir(service.spoolDir);
    expect(response.status).toBe(503);
    expect(((await response.json()) as Problem).detail).toBe(
      'Expected the storage to answer, received an error; try again later',
    );
  });

  it('removes the spooled file of an interrupted upload', async () => {
    const { port } = new URL(service.url);
    const socket = createConnection(Number(port), '127.0.0.1');
    socket.write(
      'POST /image/upload/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\n' +
        'Content-Length: 5000\r\n\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nS. No.',
    );
    await eventually(
      () => readdir(service.spoolDir),
      (files) => files.length === 1,
    );
    socket.destroy();
    expect(
      await eventually(
        () => readdir(service.spoolDir),
        (files) => files.length === 0,
      ),
    ).toEqual([]);
  });

  it('answers 400 to a form that ends too early', async () => {
    const body =
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nS. No.';
    const head = `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: ${body.length}`;
    expect(await raw(head, body)).toBe('HTTP/1.1 400 Bad Request');
  });

  it('answers 400 to a form without a boundary', async () => {
    expect(await raw('Content-Type: multipart/form-data\r\nContent-Length: 0')).toBe(
      'HTTP/1.1 400 Bad Request',
    );
  });

  describe('with an Idempotency-Key', () => {
    const idempotencyKey = 'order-1';
    const headers = { 'idempotency-key': idempotencyKey };

    it('answers repeated uploads with the first request id, also simultaneous ones', async () => {
      const key = { idempotencyKey: 'same-time' };
      const content = good();
      const answers = await Promise.all([1, 2, 3].map(() => uploaded(service.url, content, key)));
      expect(new Set(answers).size).toBe(1);
      expect(await uploaded(service.url, content, key)).toBe(answers[0]);
    });

    it('answers 409 to different content or options', async () => {
      await uploaded(service.url, good(), { idempotencyKey });
      expect((await refused(`${good()}\n`, { headers })).status).toBe(409);
      expect((await refused(good(), { headers, fields: { quality: '51' } })).status).toBe(409);
    });

    it.each(['', 'two words', 'x'.repeat(256)])('answers 422 to the key %j', async (key) => {
      expect((await refused(good(), { headers: { 'idempotency-key': key } })).status).toBe(422);
    });
  });

  it('processes the images with the given options', async () => {
    const id = await uploaded(service.url, good(), {
      fields: { format: 'png', max_width: '100', effort: 'fast', quality: '80' },
    });
    await finished(service.url, id);
    expect(await imagesOf(service.url, id)).toMatchObject([
      { width: 100, height: 75, format: 'png' },
    ]);
  });
});

describe('POST /image/upload/ with a full spool', () => {
  it('answers 503 with Retry-After, and accepts uploads again when others are done', async () => {
    const service = await startService({ worker: false, env: { MAX_SPOOL_BYTES: '2000' } });
    const large = sheetOf(...Array.from({ length: 100 }, () => ['http://a.example/1.jpg']));
    const refused = await upload(service.url, large);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toEqual({
      detail: 'Too many uploads are arriving; send this one again later',
    });
    expect(await readdir(service.spoolDir)).toEqual([]);
    const small = sheetOf(...Array.from({ length: 20 }, () => ['http://a.example/1.jpg']));
    for (let upload = 1; upload <= 3; upload += 1) await uploaded(service.url, small);
    await service.stop();
  });
});

describe('POST /image/upload/ while Temporal is down', () => {
  it('answers 503 with Retry-After, and stores nothing', async () => {
    const service = await startService({ worker: false, runsAddress: '127.0.0.1:1' });
    const response = await upload(service.url, sheetOf(['http://a.example/1.jpg']));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await service.count()).toEqual({ requests: 0, rows: 0, images: 0 });
    expect(await readdir(service.spoolDir)).toEqual([]);
    const ready = await call(`${service.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ detail: 'Down: temporal' });
    await service.stop();
  });
});

describe('while MongoDB is down', () => {
  let line: MongodbLine;
  let service: Service;
  beforeEach(async () => {
    line = await startMongodbLine();
    service = await startService({ mongodbHost: line.host });
  });
  afterEach(async () => {
    line.repair();
    await service.stop();
    await line.close();
  });
  const content = sheetOf(['http://a.example/1.jpg']);
  /** The start of the command in BSON: its name, then the length and name of the collection. */
  const insertInto = (name: string) =>
    `insert\0${String.fromCharCode(name.length + 1)}\0\0\0${name}\0`;

  it('answers 503 with Retry-After to every call about requests', async () => {
    const id = await uploaded(service.url, content);
    line.cut();
    const calls = [
      ['GET', `/image/status/${id}`],
      ['GET', `/image/result/${id}`],
      ['GET', '/image/requests'],
      ['GET', `/image/requests/${id}`],
      ['GET', `/image/requests/${id}/images`],
      ['GET', `/image/requests/${id}/images/1/1`],
      ['GET', `/image/requests/${id}/failures`],
      ['GET', `/image/requests/${id}/events`],
      ['POST', `/image/requests/${id}/retry`],
      ['POST', `/image/requests/${id}/cancel`],
      ['POST', `/image/requests/${id}/webhook`],
      ['DELETE', `/image/requests/${id}`],
    ] as const;
    const isDown = 'Expected MongoDB to answer, received an error; try again later';
    const answers = await Promise.all(
      calls.map(async ([method, path]) => {
        const response = await call(service.url + path, { method });
        const { detail } = (await response.json()) as Problem;
        const after = response.headers.get('retry-after');
        return [method, path, response.status, after, detail] as const;
      }),
    );
    expect(answers).toEqual(calls.map((one) => [...one, 503, '5', isDown]));
    const ready = await call(`${service.url}/health/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([503, { detail: 'Down: mongodb' }]);
  });

  it.each(['rows', 'images'])(
    'completes an upload when MongoDB fails while its %s are recorded',
    async (parts) => {
      await service.stopWorker();
      const id = await uploaded(service.url, content);
      line.cutAt(insertInto(parts));
      await service.startWorker();
      await eventually(
        () => line.isCut(),
        (isCut) => isCut,
      );
      line.repair();
      expect(await finished(service.url, id)).toMatchObject({ status: 'failed' });
      expect(await service.count()).toEqual({ requests: 1, rows: 1, images: 1 });
    },
  );

  it.each([
    [
      'before it arrives',
      () => {
        line.cut();
      },
    ],
    [
      'while its request is recorded',
      () => {
        line.cutAt(insertInto('requests'));
      },
    ],
  ])('answers 503 to an upload when MongoDB fails %s, and starts no run later', async (_, cut) => {
    cut();
    const response = await upload(service.url, content);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await readdir(service.spoolDir)).toEqual([]);

    line.repair();
    const later = new Date(Date.now() + 3_600_000);
    await eventually(
      () => service.operations.reconcile(later).catch(() => null),
      (findings) => findings !== null,
    );
    expect(await service.count()).toEqual({ requests: 0, rows: 0, images: 0 });
    const runs = service.client.workflow.list({
      query: `TaskQueue = '${service.config.TEMPORAL_TASK_QUEUE}' AND WorkflowType = 'imageRequest'`,
    });
    for await (const { workflowId } of runs)
      throw new Error(`Expected no run, found ${workflowId}`);
  });
});
