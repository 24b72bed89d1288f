import { workflowIdOf } from '../../../workflows/names';
import { finished, sheetOf, statusOf, uploaded } from '../../support/calls';
import { eventually } from '../../support/eventually';
import { startRequestStage, UNKNOWN } from '../../support/requestStage';

const stage = startRequestStage();
const { fresh, link, call, answerOf, hasState, failsOnce, failed, running, stopped } = stage;

describe('POST /image/requests/{request_id}/webhook', () => {
  it('sends the same body under the same id', async () => {
    const path = fresh();
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(path, 204) });
    await hasState(id, 'delivered');
    const before = await statusOf(stage.service.url, id);
    expect(await answerOf(await call(`${id}/webhook`))).toEqual({ status: 202, body: before });
    const [first, second] = await eventually(
      () => stage.receiver.messages(path),
      (messages) => messages.length === 2,
    );
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(`${id}.1`);
    expect((await hasState(id, 'delivered')).round).toBe(1);
  });

  it('sends the credentials of the webhook URL, which the request does not show', async () => {
    const path = fresh();
    const url = stage.receiver.on(path, 204);
    const id = await failed(stage.service.url, { webhook_url: url.replace('//', '//user:pw@') });
    expect((await hasState(id, 'delivered')).webhook).toMatchObject({ url });
    expect(stage.receiver.messages(path)[0]?.headers['authorization']).toMatch(/^Basic /);
  });

  it('names the redelivery in the summary of the run', async () => {
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(fresh(), 204) });
    const run = stage.service.client.workflow.getHandle(workflowIdOf(id));
    await run.result();
    expect((await call(`${id}/webhook`)).status).toBe(202);
    await run.result();
    expect(await (await run.describe()).staticSummary()).toBe('products.csv: webhook redelivery');
  });

  it('does not block a retry that follows immediately', async () => {
    const path = failsOnce();
    const id = await uploaded(stage.service.url, sheetOf([link(path)]), {
      fields: { webhook_url: stage.receiver.on(fresh(), 204) },
    });
    await hasState(id, 'delivered');
    const run = stage.service.client.workflow.getHandle(workflowIdOf(id));
    await run.result();
    await stage.service.stopWorker();
    expect((await call(`${id}/webhook`)).status).toBe(202);
    expect((await call(`${id}/retry`)).status).toBe(202);
    await stage.service.startWorker();
    expect((await finished(stage.service.url, id)).status).toBe('completed');
    expect(await run.result()).toMatchObject({ status: 'completed' });
  });

  it('sends a failed webhook again, with all its attempts', async () => {
    const path = fresh();
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(path, 410, 204) });
    await hasState(id, 'failed');
    expect((await call(`${id}/webhook`)).status).toBe(202);
    expect((await hasState(id, 'delivered')).webhook).toMatchObject({ attempts: 1, error: null });
  });

  it('answers 409 while the request is running', async () => {
    const id = await running({ webhook_url: stage.receiver.on(fresh(), 204) });
    expect((await call(`${id}/webhook`)).status).toBe(409);
    await stopped(id);
  });

  it('answers 409 while the webhook is being delivered', async () => {
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(fresh(), 500) });
    expect(await answerOf(await call(`${id}/webhook`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('being delivered') as string },
    });
  });

  it('answers 409 when the request has no webhook', async () => {
    const id = await failed();
    expect(await answerOf(await call(`${id}/webhook`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('webhook_url') as string },
    });
  });

  it('answers 404 for an unknown id', async () => {
    expect(await answerOf(await call(`${UNKNOWN}/webhook`))).toEqual({
      status: 404,
      body: { detail: 'Request ID not found' },
    });
  });
});
