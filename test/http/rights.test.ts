import { randomUUID } from 'node:crypto';
import type { Problem } from '../../contract/http/problem';
import { isOpen } from '../../src/http/auth';
import { call } from '../support/api';
import { OPERATIONS } from '../support/answers';
import { sheetOf, upload } from '../support/calls';
import { startService, type Service } from '../support/service';

const ID = randomUUID();
const READS = [
  `GET /image/status/${ID}`,
  `GET /image/result/${ID}`,
  `GET /image/requests/${ID}`,
  `GET /image/requests/${ID}/images`,
  `GET /image/requests/${ID}/images/1/1`,
  `GET /image/requests/${ID}/failures`,
  `GET /image/requests/${ID}/events`,
  'GET /image/requests',
  'GET /image/system',
  'GET /metrics',
];
const WRITES = [
  'POST /image/upload/',
  `POST /image/requests/${ID}/retry`,
  `POST /image/requests/${ID}/cancel`,
  `POST /image/requests/${ID}/webhook`,
];
const OPERATES = [
  `DELETE /image/requests/${ID}`,
  'POST /image/requests/retry?status=completed',
  'POST /image/operations',
  `GET /image/operations/${ID}`,
  `POST /image/operations/${ID}/stop`,
];

describe('the right of a key', () => {
  let service: Service;
  beforeAll(async () => {
    const keys = ['shop:read:r', 'shop:write:w', 'desk:operate:o', 'plain'];
    service = await startService({ env: { API_KEYS: keys.join(',') } });
  });
  afterAll(() => service.stop());

  async function answerTo(operation: string, key: string) {
    const [method = '', path = ''] = operation.split(' ');
    const response = await call(service.url + path, { method, headers: { 'x-api-key': key } });
    const { status } = response;
    return { status, connection: response.headers.get('connection'), body: await response.text() };
  }

  const table = [
    ...READS.map((operation) => ['read', operation, ['r', 'w', 'o', 'plain']] as const),
    ...WRITES.map((operation) => ['write', operation, ['w', 'o', 'plain']] as const),
    ...OPERATES.map((operation) => ['operate', operation, ['o', 'plain']] as const),
  ];

  it.each(table)('%s is needed for %s', async (right, operation, keys) => {
    for (const key of ['r', 'w', 'o', 'plain']) {
      const { status, connection, body } = await answerTo(operation, key);
      if (keys.some((one) => one === key)) {
        expect(status).not.toBe(401);
        expect(status).not.toBe(403);
      } else {
        const owned = key === 'r' ? 'read' : 'write';
        expect({ status, connection }).toEqual({ status: 403, connection: 'close' });
        expect((JSON.parse(body) as Problem).detail).toBe(
          `Expected a key with the right "${right}", received one with "${owned}"`,
        );
      }
    }
  });

  it('covers every operation that needs a key', () => {
    const needing = OPERATIONS.filter(({ path }) => !isOpen(path));
    expect(table).toHaveLength(needing.length);
  });

  it('is needed before anything of an upload is recorded', async () => {
    const response = await upload(service.url, sheetOf(['http://a.example/1.jpg']), {
      headers: { 'x-api-key': 'r' },
    });
    expect(response.status).toBe(403);
    expect(await service.count()).toEqual({ requests: 0, rows: 0, images: 0 });
  });
});
