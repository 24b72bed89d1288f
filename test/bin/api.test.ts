import { request } from 'node:http';
import { connect } from 'node:net';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { accepted } from '../../contract/http/uploads';
import { freePort } from '../../src/process/ports';
import { call } from '../support/api';
import { endCommands, startCommand } from '../support/command';
import { eventually } from '../support/eventually';
import { startService, type Service } from '../support/service';

let service: Service;
beforeEach(async () => {
  service = await startService({ worker: false });
});
afterEach(async () => {
  await endCommands();
  await service.stop();
});

const BOUNDARY = 'part-of-the-form';
const HEAD = [
  `--${BOUNDARY}`,
  'Content-Disposition: form-data; name="file"; filename="products.csv"',
  'Content-Type: text/csv',
  '',
  'S. No.,Product Name,Input Image Urls',
  '',
].join('\r\n');
const TAIL = `1,Mug,http://127.0.0.1:9/a.jpg\r\n--${BOUNDARY}--\r\n`;

async function startApi() {
  const port = await freePort('the API', 'PORT', 0, () => undefined);
  const api = startCommand('api', {
    ...service.workerEnv,
    PORT: String(port),
    LOG_LEVEL: 'info',
  });
  await api.says('The API is ready');
  return { api, port };
}

describe('An API that gets SIGTERM', () => {
  it('finishes the upload in progress with 200, accepts no other, and ends', async () => {
    const { api, port } = await startApi();
    const upload = request({
      port,
      host: '127.0.0.1',
      path: '/image/upload/',
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    });
    const answer = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      upload.once('error', reject).once('response', (response) => {
        let body = '';
        response
          .setEncoding('utf8')
          .on('data', (text: string) => (body += text))
          .once('end', () => {
            resolve({ status: response.statusCode, body });
          });
      });
    });
    upload.write(HEAD);
    await eventually(
      () => readdir(path.join(service.dataDir, 'uploads')).catch(() => []),
      (files) => files.length > 0,
    );
    api.kill('SIGTERM');
    await api.says('The API is finishing the calls in progress');
    await expect(call(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
    upload.end(TAIL);

    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(await api.ended).toBe(0);
    const { request_id: id } = accepted.parse(JSON.parse(body));
    expect((await service.operations.status(id)).counts.total).toBe(1);
  });
});

describe('An API that receives malformed HTTP', () => {
  function answerTo(port: number, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      connect(port, '127.0.0.1')
        .setEncoding('utf8')
        .on('data', (piece: string) => (answer += piece))
        .once('error', reject)
        .once('close', () => {
          resolve(answer);
        })
        .end(text);
    });
  }

  it('answers in the same form as all errors', async () => {
    const { port } = await startApi();
    for (const [text, status] of [
      ['BREW /docs HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
      [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
      ['GET /docs HTTP/1.1\r\nHost: localhost\r\nExpect: foo\r\nConnection: close\r\n\r\n', 417],
      ['PROPFIND /docs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 405],
    ] as const) {
      const answer = await answerTo(port, text);
      expect(answer).toContain(`HTTP/1.1 ${status} `);
      expect(answer).toContain('{"detail":"');
    }
  });
});
