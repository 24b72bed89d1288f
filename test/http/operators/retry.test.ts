import type { WebhookPayload } from '../../../contract/webhook';
import { clientOf } from '../../support/api';
import { finished, resultOf, sheetOf, statusOf, uploaded } from '../../support/calls';
import { eventually } from '../../support/eventually';
import { bytes, status } from '../../support/origin';
import { startRequestStage, UNKNOWN } from '../../support/requestStage';

const stage = startRequestStage();
const {
  fresh,
  link,
  call,
  answerOf,
  show,
  hasState,
  outputsOf,
  failsOnce,
  stallsOnce,
  failed,
  running,
  stopped,
} = stage;

describe('POST /image/requests/{request_id}/retry', () => {
  it('processes only the images that failed, and keeps the others', async () => {
    const [done, later] = [fresh(), failsOnce()];
    stage.origin.on(done, bytes(stage.picture));
    const id = await uploaded(stage.service.url, sheetOf([link(done), link(later)], [link(later)]));
    expect((await finished(stage.service.url, id)).details).toBe(
      '1 of 3 images compressed, 2 failed',
    );
    const [kept] = await outputsOf(id);

    const response = await answerOf(await call(`${id}/retry`));
    expect(response).toEqual({
      status: 202,
      body: {
        request_id: id,
        status: expect.stringMatching(/pending|processing/) as string,
        details: '1 of 3 images compressed, 2 to go',
      },
    });

    expect(await finished(stage.service.url, id)).toMatchObject({
      status: 'completed',
      details: '3 of 3 images compressed',
    });
    expect([stage.origin.hits(done), stage.origin.hits(later)]).toEqual([1, 2]);
    const outputs = await outputsOf(id);
    expect(outputs[0]).toBe(kept);
    expect(outputs).not.toContain(null);
    expect(await show(id)).toMatchObject({
      round: 2,
      counts: { total: 3, succeeded: 3, failed: 0, pending: 0 },
    });
    const [, first, second] = (await resultOf(stage.service.url, id)).split('\n');
    expect(first).toMatch(new RegExp(`"${outputs[0]},${outputs[1]}"$`));
    expect(second).toMatch(new RegExp(`,${outputs[2]}$`));
    expect(await resultOf(stage.service.url, id, { only: 'failed' })).toBe(
      'S. No.,Product Name,Input Image Urls,Errors\n',
    );
  });

  it('can be repeated as long as images fail', async () => {
    const path = fresh();
    stage.origin.on(path, status(404), status(403), bytes(stage.picture));
    const id = await uploaded(stage.service.url, sheetOf([link(path), link('/a.jpg')]));
    await finished(stage.service.url, id);
    await clientOf(stage.service.url).retry(id);
    expect((await finished(stage.service.url, id)).status).toBe('completed_with_errors');
    await clientOf(stage.service.url).retry(id);
    expect((await finished(stage.service.url, id)).status).toBe('completed');
    expect((await show(id)).round).toBe(3);
  });

  it('sends the webhook of the new outcome under a new id', async () => {
    const path = fresh();
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(path, 204) });
    await hasState(id, 'delivered');
    await clientOf(stage.service.url).retry(id);
    await eventually(
      () => stage.receiver.messages(path),
      (messages) => messages.length === 2,
    );
    const sent = stage.receiver.messages(path).map(({ headers, body }) => {
      const { status: outcome } = JSON.parse(body) as WebhookPayload;
      return [headers['webhook-id'], outcome];
    });
    expect(sent).toEqual([
      [`${id}.1`, 'failed'],
      [`${id}.2`, 'completed'],
    ]);
  });

  it('starts immediately while the previous webhook is still being delivered', async () => {
    const path = fresh();
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(path, 500, 204) });
    await eventually(
      () => stage.service.records.deliveries.find(id, 1),
      (delivery) => delivery?.attempts === 1,
    );
    expect((await call(`${id}/retry`)).status).toBe(202);
    expect((await finished(stage.service.url, id)).status).toBe('completed');
    expect((await hasState(id, 'delivered')).webhook?.id).toBe(`${id}.2`);
    expect(await stage.service.records.deliveries.find(id, 1)).toMatchObject({
      state: 'superseded',
      attempts: 1,
    });
    expect(stage.receiver.messages(path).map(({ headers }) => headers['webhook-id'])).toEqual([
      `${id}.1`,
      `${id}.2`,
    ]);
  });

  it('also processes the pending images of a cancelled request', async () => {
    const [done, held] = [fresh(), stallsOnce()];
    stage.origin.on(done, bytes(stage.picture));
    const id = await uploaded(stage.service.url, sheetOf([link(done), link(held)]));
    await eventually(
      () => statusOf(stage.service.url, id),
      ({ details }) => details.startsWith('1 of 2'),
    );
    await stopped(id);
    await clientOf(stage.service.url).retry(id);
    expect((await finished(stage.service.url, id)).status).toBe('completed');
    expect([stage.origin.hits(done), stage.origin.hits(held)]).toEqual([1, 2]);
  });

  it('does not retry bad rows, which only a new upload can correct', async () => {
    const sheet = `${sheetOf([link(failsOnce())])}2,Nothing,\n`;
    const id = await uploaded(stage.service.url, sheet);
    await finished(stage.service.url, id);
    await clientOf(stage.service.url).retry(id);
    expect((await finished(stage.service.url, id)).details).toBe(
      '1 of 2 images compressed, 1 failed',
    );
    const { status: code, body } = await answerOf(await call(`${id}/retry`));
    expect(code).toBe(409);
    expect(body['detail']).toContain('bad rows');
  });

  it('answers 409 while the request is running', async () => {
    const id = await running();
    expect(await answerOf(await call(`${id}/retry`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('still running') as string },
    });
    await stopped(id);
  });

  it('answers 409 when nothing failed', async () => {
    const id = await uploaded(stage.service.url, sheetOf([link('/a.jpg')]));
    await finished(stage.service.url, id);
    expect(await answerOf(await call(`${id}/retry`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('nothing to retry') as string },
    });
  });

  it('answers 202 to one of two simultaneous calls, and 409 to the other', async () => {
    const path = fresh();
    stage.origin.on(path, status(404), bytes(stage.picture));
    const id = await uploaded(stage.service.url, sheetOf([link(path)]));
    await finished(stage.service.url, id);
    const answers = await Promise.all([call(`${id}/retry`), call(`${id}/retry`)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409]);
    await finished(stage.service.url, id);
    expect(stage.origin.hits(path)).toBe(2);
    expect((await show(id)).round).toBe(2);
  });

  it('answers 404 for an unknown id', async () => {
    expect(await answerOf(await call(`${UNKNOWN}/retry`))).toEqual({
      status: 404,
      body: { detail: 'Request ID not found' },
    });
  });
});
