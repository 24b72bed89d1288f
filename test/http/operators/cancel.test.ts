import { workflowIdOf } from '../../../workflows/names';
import { finished, resultOf, sheetOf, statusOf, uploaded } from '../../support/calls';
import { eventually } from '../../support/eventually';
import { stall, startOrigin } from '../../support/origin';
import { retryRecorded } from '../../support/retryRecorded';
import { startRequestStage, UNKNOWN } from '../../support/requestStage';

const stage = startRequestStage();
const { fresh, link, call, answerOf, hasState, failed } = stage;

describe('POST /image/requests/{request_id}/cancel', () => {
  it('aborts open downloads, and keeps the images that are done', async () => {
    const own = await startOrigin();
    const hook = fresh();
    const held = Array.from({ length: 5 }, (_, n) => own.on(`/held-${n}`, stall));
    const id = await uploaded(stage.service.url, sheetOf([link('/a.jpg')], held), {
      fields: { webhook_url: stage.receiver.on(hook, 204) },
    });
    await eventually(
      () => own.open(),
      (open) => open === 5,
    );
    await eventually(
      () => statusOf(stage.service.url, id),
      ({ details }) => details.startsWith('1 of 6'),
    );
    const { status: code, body } = await answerOf(await call(`${id}/cancel`));
    expect([code, Object.keys(body)]).toEqual([202, ['request_id', 'status', 'details']]);
    await eventually(
      () => own.open(),
      (open) => open === 0,
    );
    expect(await finished(stage.service.url, id)).toEqual({
      request_id: id,
      status: 'cancelled',
      details: '1 of 6 images compressed, 5 cancelled',
    });
    const [, first, second] = (await resultOf(stage.service.url, id)).split('\n');
    expect(first).toContain(`/image/files/${id}/`);
    expect(second).toMatch(/",{4}"$/);
    await hasState(id, 'delivered');
    expect(JSON.parse(stage.receiver.messages(hook)[0]?.body ?? '')).toMatchObject({
      status: 'cancelled',
    });
    await own.stop();
  });

  it('cancels a retry whose run was never started, and adds no note', async () => {
    const id = await failed();
    await stage.service.client.workflow.getHandle(workflowIdOf(id)).result();
    await retryRecorded(stage.service, id);
    expect((await call(`${id}/cancel`)).status).toBe(202);
    expect(await finished(stage.service.url, id)).toMatchObject({
      status: 'cancelled',
      details: '0 of 1 image compressed, 1 failed',
    });
  });

  it('answers 409 when the request is finished', async () => {
    const id = await uploaded(stage.service.url, sheetOf([link('/a.jpg')]));
    await finished(stage.service.url, id);
    expect(await answerOf(await call(`${id}/cancel`))).toEqual({
      status: 409,
      body: { detail: expect.stringContaining('completed') as string },
    });
  });

  it('answers 409 while only the webhook of a finished request is pending', async () => {
    const id = await failed(stage.service.url, { webhook_url: stage.receiver.on(fresh(), 500) });
    expect((await call(`${id}/cancel`)).status).toBe(409);
  });

  it('answers 404 for an unknown id', async () => {
    expect(await answerOf(await call(`${UNKNOWN}/cancel`))).toEqual({
      status: 404,
      body: { detail: 'Request ID not found' },
    });
  });
});
