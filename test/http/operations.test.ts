import { randomUUID } from 'node:crypto';
import type { Operation } from '../../contract/http/operations';
import { MAX_JSON_BYTES } from '../../src/http/jsonBody';
import { call, clientOf } from '../support/api';
import { finished, sheetOf, statusOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { startRequestStage, UNKNOWN } from '../support/requestStage';
import { startService, type Service } from '../support/service';

const stage = startRequestStage();
const { fresh, link, show, hasState, failsOnce, failed, running } = stage;

const client = (url = stage.service.url) => clientOf(url);

function ended(id: string, url?: string): Promise<Operation> {
  return eventually(
    () => client(url).operation(id),
    ({ status }) => status !== 'running',
  );
}

type Asked = Parameters<ReturnType<typeof client>['startOperation']>[0];

/** Runs an operation to its end. */
async function operated(asked: Asked, url?: string): Promise<Operation> {
  const { operation_id, matched } = await client(url).startOperation(asked);
  const operation = await ended(operation_id, url);
  expect(operation).toMatchObject({ operation_id, matched, action: asked.action });
  return operation;
}

describe('POST /image/operations with request_ids', () => {
  const done = () => uploaded(stage.service.url, sheetOf([link('/a.jpg')]));

  it('retries the requests that failed, and skips others and unknown ones', async () => {
    const ids = [await failed(), await failed()];
    const good = await done();
    await finished(stage.service.url, good);
    const request_ids = [...ids, good, UNKNOWN, ...ids];
    expect(await operated({ action: 'retry', request_ids })).toMatchObject({
      status: 'completed',
      matched: 4,
      done: 2,
      skipped: 2,
      failed: 0,
    });
    for (const id of ids) {
      expect((await finished(stage.service.url, id)).status).toBe('completed');
      expect((await show(id)).round).toBe(2);
    }
    expect((await show(good)).round).toBe(1);
  });

  it('cancels the requests that run, and skips finished ones', async () => {
    const ids = [await running(), await running()];
    const over = await failed();
    expect(await operated({ action: 'cancel', request_ids: [...ids, over] })).toMatchObject({
      matched: 3,
      done: 2,
      skipped: 1,
      failed: 0,
    });
    for (const id of ids) expect((await finished(stage.service.url, id)).status).toBe('cancelled');
    expect((await statusOf(stage.service.url, over)).status).toBe('failed');
  });

  it('deletes finished requests, and skips those that run', async () => {
    const ids = [await failed(), await failed()];
    const open = await running();
    expect(await operated({ action: 'delete', request_ids: [...ids, open] })).toMatchObject({
      matched: 3,
      done: 2,
      skipped: 1,
      failed: 0,
    });
    for (const id of ids) {
      expect((await call(`${stage.service.url}/image/status/${id}`)).status).toBe(404);
    }
    await stage.stopped(open);
  });

  it('delivers webhooks again, and skips requests without one', async () => {
    const path = fresh();
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(path, 204) });
    await hasState(id, 'delivered');
    const none = await failed();
    const asked: Asked = { action: 'redeliver', request_ids: [id, none] };
    expect(await operated(asked)).toMatchObject({ matched: 2, done: 1, skipped: 1, failed: 0 });
    await eventually(
      () => stage.receiver.messages(path),
      (messages) => messages.length === 2,
    );
    await hasState(id, 'delivered');
  });
});

describe('POST /image/operations with a filter', () => {
  let own: Service;
  beforeEach(async () => {
    own = await startService();
  });
  afterEach(() => own.stop());

  const named = async (name: string) => {
    const id = await uploaded(own.url, sheetOf([link(failsOnce())]), { name });
    await finished(own.url, id);
    return id;
  };

  it('takes the action on the requests that match, page by page, and on no other', async () => {
    const spring = await Promise.all(
      Array.from({ length: 23 }, (_, index) => named(`Spring ${index}.csv`)),
    );
    const autumn = await named('autumn.csv');
    const filter = { q: 'spring', status: 'failed' } as const;
    expect(await operated({ action: 'retry', filter }, own.url)).toMatchObject({
      status: 'completed',
      matched: 23,
      done: 23,
      skipped: 0,
      failed: 0,
    });
    for (const id of spring) {
      expect((await finished(own.url, id)).status).toBe('completed');
      expect((await show(id, own.url)).round).toBe(2);
    }
    expect((await show(autumn, own.url)).round).toBe(1);
  });

  it('selects by the time of the upload', async () => {
    const [first, second] = [await named('1.csv'), await named('2.csv')];
    const { created_at: since } = await show(second, own.url);
    const asked: Asked = { action: 'delete', filter: { since } };
    expect(await operated(asked, own.url)).toMatchObject({ matched: 1, done: 1 });
    expect((await statusOf(own.url, first)).status).toBe('failed');
    const none: Asked = { action: 'delete', filter: { until: since, q: '2.csv' } };
    expect(await operated(none, own.url)).toMatchObject({
      status: 'completed',
      matched: 0,
      done: 0,
    });
  });

  it('is accepted, shown and stopped while no worker runs', async () => {
    const id = await named('1.csv');
    await own.stopWorker();
    const { operation_id } = await client(own.url).startOperation({ action: 'retry', filter: {} });
    const waiting = { status: 'running', matched: 1, done: 0, skipped: 0, failed: 0 };
    expect(await client(own.url).operation(operation_id)).toMatchObject(waiting);
    expect(await client(own.url).stopOperation(operation_id)).toMatchObject(waiting);
    await own.startWorker();
    expect(await ended(operation_id, own.url)).toMatchObject({ status: 'stopped', done: 0 });
    expect((await show(id, own.url)).round).toBe(1);
    await own.stopWorker();
    expect(await client(own.url).stopOperation(operation_id)).toMatchObject({ status: 'stopped' });
  });

  it('is shown as failed when its workflow is terminated', async () => {
    await own.stopWorker();
    const { operation_id } = await client(own.url).startOperation({ action: 'retry', filter: {} });
    await own.client.workflow.getHandle(`bulk-operation/${operation_id}`).terminate();
    expect(await client(own.url).operation(operation_id)).toMatchObject({ status: 'failed' });
  });
});

describe('/image/operations, called incorrectly', () => {
  const post = (body: string) =>
    call(`${stage.service.url}/image/operations`, { method: 'POST', body });
  const faultsOf = async (body: unknown) => {
    const response = await post(JSON.stringify(body));
    expect(response.status).toBe(422);
    return ((await response.json()) as { detail: { loc: string[]; msg: string }[] }).detail;
  };
  const ids = (count: number) => Array.from({ length: count }, () => randomUUID());
  const action = 'retry';

  it.each([
    ['neither ids nor a filter', { action }, []],
    ['both', { action, request_ids: ids(1), filter: {} }, []],
    ['no action', { request_ids: ids(1) }, ['action']],
    ['an unknown action', { action: 'upload', filter: {} }, ['action']],
    ['no ids', { action, request_ids: [] }, ['request_ids']],
    ['too many ids', { action, request_ids: ids(1_001) }, ['request_ids']],
    ['something else than ids', { action, request_ids: [{ $ne: null }] }, ['request_ids', '0']],
    ['one text', { action, request_ids: UNKNOWN }, ['request_ids']],
    ['an unknown field', { action, filter: {}, force: true }, ['force']],
    ['an unknown field of the filter', { action, filter: { owner: 'x' } }, ['filter', 'owner']],
    ['an unknown status', { action, filter: { status: 'uploading' } }, ['filter', 'status']],
    ['an operator as status', { action, filter: { status: { $ne: '' } } }, ['filter', 'status']],
    ['a NUL in q', { action, filter: { q: '\0' } }, ['filter', 'q']],
    ['an object as q', { action, filter: { q: { $regex: '' } } }, ['filter', 'q']],
    ['a bad time', { action, filter: { since: 'yesterday' } }, ['filter', 'since']],
    ['a number as time', { action, filter: { until: 1 } }, ['filter', 'until']],
    ['a list', [], []],
    ['null', null, []],
    ['an own __proto__', JSON.parse('{"__proto__": {}}') as unknown, []],
  ])('answers 422 to %s', async (_, body, field) => {
    const [first] = await faultsOf(body);
    expect(first?.loc.slice(0, field.length + 1)).toEqual(['body', ...field]);
  });

  it('names the known fields of the object with the unknown one', async () => {
    const [fault] = await faultsOf({ action, filter: { owner: 'x' } });
    expect(fault?.msg).toBe('Unknown field; known are status, q, since, until');
  });

  it('accepts the largest number of ids, also indented', async () => {
    const response = await post(JSON.stringify({ action, request_ids: ids(1_000) }, null, 4));
    expect([response.status, await response.json()]).toMatchObject([202, { matched: 1_000 }]);
  });

  it('answers with at most a hundred faults', async () => {
    expect(await faultsOf({ action, request_ids: Array<number>(1_000).fill(1) })).toHaveLength(100);
  });

  it.each(['', '{', '\u0000', 'action=retry', '['.repeat(50_000)])(
    'answers 422 to a body that is no JSON (%#)',
    async (body) => {
      const response = await post(body);
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ detail: [{ loc: ['body'] }] });
    },
  );

  it('answers 413 to a body that is too large', async () => {
    expect((await post(' '.repeat(MAX_JSON_BYTES + 1))).status).toBe(413);
  });

  it.each([UNKNOWN, 'unknown', '%00', 'x'.repeat(2_000), '..%2f..'])(
    'answers 404 to the unknown operation %#',
    async (id) => {
      for (const [method, path] of [
        ['GET', id],
        ['POST', `${id}/stop`],
      ] as const) {
        const response = await call(`${stage.service.url}/image/operations/${path}`, { method });
        expect([response.status, await response.json()]).toEqual([
          404,
          { detail: 'Operation ID not found' },
        ]);
      }
    },
  );
});
