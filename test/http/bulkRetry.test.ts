import { finished, sheetOf, uploaded } from '../support/calls';
import { startService, type Service } from '../support/service';
import { startRequestStage } from '../support/requestStage';

const stage = startRequestStage();
const { link, call, answerOf, show, failsOnce, failed } = stage;

describe('POST /image/requests/retry', () => {
  let own: Service;
  const bulk = async (query = '') => answerOf(await call(`retry${query}`, 'POST', own.url));

  beforeEach(async () => {
    own = await startService();
  });
  afterEach(() => own.stop());

  it('retries failed requests, skips those with nothing to retry, and counts both', async () => {
    const ids = [await failed(own.url), await failed(own.url)];
    const mixed = await uploaded(own.url, sheetOf([link('/a.jpg'), link(failsOnce())]));
    const badRow = await uploaded(own.url, `${sheetOf([link('/a.jpg')])}2,Nothing,\n`);
    const done = await uploaded(own.url, sheetOf([link('/a.jpg')]));
    for (const id of [mixed, badRow, done]) await finished(own.url, id);

    const response = await call('retry', 'POST', own.url);
    const operation = response.headers.get('operation-id') ?? '';
    expect(await answerOf(response)).toEqual({ status: 202, body: { retried: 3, skipped: 1 } });
    const { type } = await own.client.workflow.getHandle(operation).describe();
    expect(type).toBe('bulkRetry');
    for (const id of [...ids, mixed]) {
      expect((await finished(own.url, id)).status).toBe('completed');
    }
    for (const id of [badRow, done]) expect((await show(id, own.url)).round).toBe(1);
  });

  it('retries each request once when it is called twice at the same time', async () => {
    const paths = [failsOnce(), failsOnce(), failsOnce()];
    const ids = await Promise.all(paths.map((path) => uploaded(own.url, sheetOf([link(path)]))));
    for (const id of ids) await finished(own.url, id);
    const answers = await Promise.all([bulk(), bulk()]);
    expect(answers.map(({ status: code }) => code)).toEqual([202, 202]);
    for (const id of ids) {
      expect((await finished(own.url, id)).status).toBe('completed');
      expect((await show(id, own.url)).round).toBe(2);
    }
    expect(paths.map((path) => stage.origin.hits(path))).toEqual([2, 2, 2]);
  });

  it('retries only requests of the given status and period', async () => {
    const before = await failed(own.url);
    const mixed = await uploaded(own.url, sheetOf([link('/a.jpg'), link(failsOnce())]));
    await finished(own.url, mixed);
    const after = await failed(own.url);
    const since = encodeURIComponent((await show(mixed, own.url)).created_at);
    const until = encodeURIComponent((await show(after, own.url)).created_at);

    expect((await bulk('?status=cancelled')).body).toEqual({ retried: 0, skipped: 0 });
    expect((await bulk(`?status=failed&since=${since}&until=${until}`)).body).toEqual({
      retried: 0,
      skipped: 0,
    });
    expect((await bulk(`?since=${since}&until=${until}`)).body).toEqual({ retried: 1, skipped: 0 });
    expect((await bulk(`?status=failed&since=${until}`)).body).toEqual({ retried: 1, skipped: 0 });
    expect((await bulk('?status=failed&until=2020-01-01')).body).toEqual({
      retried: 0,
      skipped: 0,
    });
    expect((await bulk('?status=failed&since=2020-01-01')).body).toMatchObject({ retried: 1 });
    for (const id of [before, mixed, after]) {
      expect((await finished(own.url, id)).status).toBe('completed');
    }
  });
});

describe('POST /image/requests/retry, called incorrectly', () => {
  it.each([
    ['since=yesterday', 'since'],
    ['until=2026-13-01', 'until'],
    ['since=2026-01-01T10:00', 'since'],
    ['status=completed', 'status'],
    ['status=running', 'status'],
    ['before=2026-01-01', 'before'],
  ])('answers 422 to ?%s', async (query, field) => {
    const { status: code, body } = await answerOf(await call(`retry?${query}`));
    expect(code).toBe(422);
    expect(body['detail']).toMatchObject([{ loc: ['query', field] }]);
  });

  it('answers 405 to GET, DELETE and PUT: "retry" is not read as a request id', async () => {
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const response = await call('retry', method);
      expect([method, response.status, response.headers.get('allow')]).toEqual([
        method,
        405,
        'POST',
      ]);
    }
  });
});
