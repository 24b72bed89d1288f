import { randomUUID } from 'node:crypto';
import type { RequestResource } from '../../contract/http/requests';
import { continueWithDelivery } from '../../src/requests/redeliver';
import { workflowIdOf } from '../../workflows/names';
import { finished, json, sheetOf, statusOf, uploaded } from '../support/calls';
import { eventually } from '../support/eventually';
import { bytes, stall, startOrigin, status, type Origin } from '../support/origin';
import { leaveBehind } from '../support/leftover';
import { photo } from '../support/pictures';
import { NO_ANSWER, startReceiver, type Receiver } from '../support/receiver';
import { retryRecorded } from '../support/retryRecorded';
import { withFile } from '../support/temporaryFile';
import { startService, type Service } from '../support/service';

/** Every request counts as silent, so that no test has to wait. */
const QUIET_MS = 0;

describe('reconcile', () => {
  let service: Service;
  let origin: Origin;
  let receiver: Receiver;
  let good: string;

  beforeAll(async () => {
    origin = await startOrigin();
    receiver = await startReceiver();
    service = await startService();
    good = origin.on('/good.jpg', bytes(await photo()));
  });

  afterAll(async () => {
    await service.stop();
    await receiver.stop();
    await origin.stop();
  });

  const sweep = () => service.operations.reconcile(new Date(Date.now() + 1), QUIET_MS);
  const runOf = (id: string) => service.client.workflow.getHandle(workflowIdOf(id));
  const webhookOf = async (id: string) => {
    const { webhook } = await json<RequestResource>(`${service.url}/image/requests/${id}`);
    if (webhook === null) throw new Error('Expected a request with a webhook');
    return webhook;
  };
  const closed = (id: string) =>
    eventually(
      () => runOf(id).describe(),
      (run) => run.status.name !== 'RUNNING',
    );

  it('records an outcome with a note for a run that was terminated from outside', async () => {
    const stuck = origin.on(`/${randomUUID()}`, stall);
    const webhook = receiver.on(`/${randomUUID()}`, 200);
    const id = await uploaded(service.url, sheetOf([good, stuck]), {
      fields: { webhook_url: webhook },
    });
    await eventually(
      () => statusOf(service.url, id),
      ({ details }) => details.startsWith('1 of 2'),
    );
    await runOf(id).terminate('by an operator');

    await sweep();
    const answer = await finished(service.url, id);
    expect(answer).toEqual({
      request_id: id,
      status: 'cancelled',
      details: '1 of 2 images compressed, 1 cancelled; its run was terminated from outside',
    });
    const messages = await eventually(
      () => receiver.messages(new URL(webhook).pathname),
      ({ length }) => length > 0,
    );
    expect(messages.map(({ body }) => JSON.parse(body) as unknown)).toEqual([answer]);
  });

  it('records an outcome for a run that timed out', async () => {
    const stuck = origin.on(`/${randomUUID()}`, stall);
    const id = await uploaded(service.url, sheetOf([stuck]));
    await eventually(
      () => origin.hits(new URL(stuck).pathname),
      (hits) => hits === 1,
    );
    await runOf(id).terminate('by an operator');
    // Our runs have no timeout. This one is started again by hand, with a timeout and without workers.
    await service.client.workflow.start('imageRequest', {
      workflowId: workflowIdOf(id),
      taskQueue: 'nowhere',
      args: [],
      workflowExecutionTimeout: '1 second',
    });
    expect((await closed(id)).status.name).toBe('TIMED_OUT');

    await sweep();
    expect(await finished(service.url, id)).toMatchObject({
      status: 'cancelled',
      details: '0 of 1 image compressed, 1 cancelled; its run timed out',
    });
  });

  it('allows a retry of a request whose run was terminated', async () => {
    const link = origin.on(`/${randomUUID()}`, stall, bytes(await photo()));
    const id = await uploaded(service.url, sheetOf([link]));
    await eventually(
      () => origin.hits(new URL(link).pathname),
      (hits) => hits === 1,
    );
    await runOf(id).terminate('by an operator');
    await sweep();
    await finished(service.url, id);
    await closed(id);

    await service.operations.retry(id);
    expect(await finished(service.url, id)).toMatchObject({
      status: 'completed',
      details: '1 of 1 image compressed',
    });
  });

  it('starts the run of a retry that was recorded but not started', async () => {
    const link = origin.on(`/${randomUUID()}`, status(404), bytes(await photo()));
    const id = await uploaded(service.url, sheetOf([link]));
    await finished(service.url, id);
    await closed(id);
    await retryRecorded(service, id);

    expect(await sweep()).toMatchObject({ run_missing: 1 });
    expect(await finished(service.url, id)).toMatchObject({ status: 'completed' });
  });

  it('starts the run of a retry after a redelivery has failed because of it', async () => {
    const webhook = receiver.on(`/${randomUUID()}`, 200);
    const link = origin.on(`/${randomUUID()}`, status(404), bytes(await photo()));
    const id = await uploaded(service.url, sheetOf([link]), { fields: { webhook_url: webhook } });
    await finished(service.url, id);
    await closed(id);
    const before = await retryRecorded(service, id);
    // The redelivery has read the record before the retry.
    await continueWithDelivery(service.runs, before);
    expect((await closed(id)).status.name).toBe('FAILED');

    expect(await sweep()).toMatchObject({ run_missing: 1, run_ended: 0 });
    expect(await finished(service.url, id)).toMatchObject({ status: 'completed' });
  });

  it('does not change a running request, however long it is silent', async () => {
    const stuck = origin.on(`/${randomUUID()}`, stall);
    const id = await uploaded(service.url, sheetOf([stuck]));
    await eventually(
      () => origin.hits(new URL(stuck).pathname),
      (hits) => hits === 1,
    );
    expect(await sweep()).toMatchObject({ run_ended: 0, run_missing: 0 });
    expect(await statusOf(service.url, id)).toMatchObject({ status: 'processing' });
    await service.operations.cancel(id);
    await finished(service.url, id);
  });

  it('removes the sheet and the records of an interrupted upload', async () => {
    const id = await uploaded(service.url, sheetOf([good]));
    await finished(service.url, id);
    const abandoned = await leaveBehind(service, id, { state: 'uploading' });
    await service.records.rows.insert([
      {
        _id: `${abandoned}/1`,
        request_id: abandoned,
        number: 1,
        cells: [],
        images: [],
        error: null,
      },
    ]);
    const { rows = 0 } = await service.count();
    await withFile('a', (file) => service.files.writeSheet(abandoned, file));

    expect(await sweep()).toMatchObject({ leftover_removed: 1 });
    expect(await service.records.requests.find(abandoned)).toMatchObject({ state: 'withdrawn' });
    expect(await service.files.openSheet(abandoned)).toBeNull();
    expect((await service.count()).rows).toBe(rows - 1);
    expect(await statusOf(service.url, id)).toMatchObject({ status: 'completed' });
  });

  it('fails a delivery whose run was terminated, so that an operator can redeliver it', async () => {
    const webhook = receiver.on(`/${randomUUID()}`, NO_ANSWER, 200);
    const id = await uploaded(service.url, sheetOf([good]), { fields: { webhook_url: webhook } });
    const path = new URL(webhook).pathname;
    await eventually(
      () => receiver.messages(path),
      ({ length }) => length === 1,
    );
    await runOf(id).terminate('by an operator');

    expect(await sweep()).toMatchObject({ delivery_ended: 1, delivery_resumed: 0 });
    expect(await webhookOf(id)).toMatchObject({
      state: 'failed',
      attempts: 0,
      error: 'The run that was delivering it was ended from outside; redeliver it by hand',
    });

    await service.operations.redeliver(id);
    expect(
      await eventually(
        () => webhookOf(id),
        ({ state }) => state !== 'pending',
      ),
    ).toMatchObject({ state: 'delivered', attempts: 1, status_code: 200, error: null });
    const ids = receiver.messages(path).map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([`${id}.1`, `${id}.1`]);
  });

  it('does not change a delivery whose run is alive', async () => {
    const webhook = receiver.on(`/${randomUUID()}`, NO_ANSWER);
    const id = await uploaded(service.url, sheetOf([good]), { fields: { webhook_url: webhook } });
    await eventually(
      () => receiver.messages(new URL(webhook).pathname),
      ({ length }) => length === 1,
    );
    expect(await sweep()).toMatchObject({ delivery_ended: 0, delivery_resumed: 0 });
    expect(await webhookOf(id)).toMatchObject({ state: 'pending' });
    await runOf(id).terminate('the test is over');
    await sweep();
  });

  it('supersedes the webhook of an outcome that a retry has replaced, without sending it', async () => {
    const webhook = receiver.on(`/${randomUUID()}`, 200);
    const link = origin.on(`/${randomUUID()}`, status(404), bytes(await photo()));
    const id = await uploaded(service.url, sheetOf([link]), { fields: { webhook_url: webhook } });
    await finished(service.url, id);
    await closed(id);
    await service.operations.retry(id);
    await finished(service.url, id);
    await closed(id);
    // The state after a process died between starting a retry and ending the previous delivery.
    expect(await service.records.deliveries.reopen(id, 1)).toBe(true);
    expect(await sweep()).toMatchObject({ delivery_ended: 0, delivery_resumed: 0 });
    expect(await service.records.deliveries.find(id, 1)).toMatchObject({ state: 'superseded' });
    const ids = receiver
      .messages(new URL(webhook).pathname)
      .map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([`${id}.1`, `${id}.2`]);
  });

  it('resumes a delivery without a run that was not ended from outside', async () => {
    const webhook = receiver.on(`/${randomUUID()}`, 200);
    const id = await uploaded(service.url, sheetOf([good]), { fields: { webhook_url: webhook } });
    await finished(service.url, id);
    await closed(id);
    // The state after a retry that replaced the run and was rolled back, or after a reset.
    expect(await service.records.deliveries.reopen(id, 1)).toBe(true);
    expect(await sweep()).toMatchObject({ delivery_resumed: 1, delivery_ended: 0 });
    const messages = await eventually(
      () => receiver.messages(new URL(webhook).pathname),
      ({ length }) => length === 2,
    );
    expect(messages.map(({ headers }) => headers['webhook-id'])).toEqual([`${id}.1`, `${id}.1`]);
  });

  it('starts the run of a recorded retry while the previous webhook is being delivered', async () => {
    const webhook = receiver.on(`/${randomUUID()}`, 500, 500, 500, 500);
    const link = origin.on(`/${randomUUID()}`, status(404), bytes(await photo()));
    const id = await uploaded(service.url, sheetOf([link]), { fields: { webhook_url: webhook } });
    await finished(service.url, id);
    // From here on, the run waits for seconds before its next attempt.
    await eventually(
      () => receiver.messages(new URL(webhook).pathname),
      ({ length }) => length === 3,
    );
    await retryRecorded(service, id);
    await sweep();
    expect(await finished(service.url, id)).toMatchObject({ status: 'completed' });
  });

  it('continues with the other requests when one cannot be repaired', async () => {
    const id = await uploaded(service.url, sheetOf([good]));
    await finished(service.url, id);
    const left = (age: number) =>
      leaveBehind(service, id, { state: 'withdrawn', updated_at: new Date(Date.now() - age) });
    const ids = [await left(200_000), await left(100_000)];
    // The failure is simulated: root can remove every file of a working disk.
    const { removeRequest } = service.files;
    const remove = jest
      .spyOn(service.files, 'removeRequest')
      .mockImplementation((requestId) =>
        requestId === ids[0] ? Promise.reject(new Error('EACCES')) : removeRequest(requestId),
      );
    expect(await sweep()).toMatchObject({ leftover_removed: 1, removal_failed: 1 });
    expect(await service.records.requests.find(ids[1] ?? '')).toHaveProperty('removed_at');
    remove.mockRestore();
    expect(await sweep()).toMatchObject({ leftover_removed: 1, removal_failed: 0 });
  });
});
