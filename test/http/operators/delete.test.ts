import { readdir } from 'node:fs/promises';
import { call as callApi } from '../../support/api';
import { sheetOf, uploaded } from '../../support/calls';
import { startRequestStage, UNKNOWN } from '../../support/requestStage';

const stage = startRequestStage();
const { fresh, link, call, answerOf, hasState, outputsOf, failed, running, stopped } = stage;

describe('DELETE /image/requests/{request_id}', () => {
  it('removes all records and files, and answers 404 afterwards', async () => {
    const before = await stage.service.count();
    const id = await uploaded(stage.service.url, sheetOf([link('/a.jpg'), link('/b.png')]), {
      fields: { webhook_url: stage.receiver.on(fresh(), 204) },
    });
    await hasState(id, 'delivered');
    const [output] = await outputsOf(id);
    const response = await call(id, 'DELETE');
    expect([response.status, await response.text()]).toEqual([204, '']);

    const urls = [
      ...['status', 'result', 'requests'].map((part) => `${stage.service.url}/image/${part}/${id}`),
      ...['images', 'events'].map((part) => `${stage.service.url}/image/requests/${id}/${part}`),
      String(output),
    ];
    for (const url of urls) expect([url, (await callApi(url)).status]).toEqual([url, 404]);
    for (const operation of ['retry', 'cancel', 'webhook']) {
      expect([operation, (await call(`${id}/${operation}`)).status]).toEqual([operation, 404]);
    }
    expect((await call(id, 'DELETE')).status).toBe(404);
    expect(await stage.service.count()).toEqual(before);
    expect(await stage.service.records.deliveries.find(id, 1)).toBeNull();
    const files = await readdir(stage.service.dataDir, { recursive: true });
    expect(files.filter((file) => file.includes(id))).toEqual([]);
  });

  it('answers 409 while the request is running', async () => {
    const id = await running();
    expect(await answerOf(await call(id, 'DELETE'))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('still running') as string },
    });
    await stopped(id);
    expect((await call(id, 'DELETE')).status).toBe(204);
  });

  it('answers 204 to one of two simultaneous calls, and 404 to the other', async () => {
    const id = await failed();
    const answers = await Promise.all([call(id, 'DELETE'), call(id, 'DELETE')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404]);
  });

  it('removes a delivery that is not finished', async () => {
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(fresh(), 500) });
    expect((await call(id, 'DELETE')).status).toBe(204);
    expect(await stage.service.records.deliveries.find(id, 1)).toBeNull();
  });

  it('answers 404 for an unknown id', async () => {
    expect((await call(UNKNOWN, 'DELETE')).status).toBe(404);
  });
});
