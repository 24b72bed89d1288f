import { ApiError, type Client } from '../../client';
import type { RequestResource } from '../../contract/http/requests';
import { UNKNOWN, startRequestStage } from '../support/requestStage';
import { clientOf } from '../support/api';
import { all, json, sheetOf } from '../support/calls';

const stage = startRequestStage();
const client = (): Client => clientOf(`${stage.service.url}/`);
const csv = (...links: readonly string[]) => new Blob([sheetOf(links)], { type: 'text/csv' });
const name = 'products.csv';

describe('createClient({ url })', () => {
  it('uploads a CSV with its fields, and reports the progress', async () => {
    const progress: [number, number][] = [];
    const id = await client().upload(csv(stage.link('/a.jpg')), {
      name,
      fields: { quality: 70, format: 'webp', strict: true },
      onProgress: (sent, total) => progress.push([sent, total]),
    });
    const request = await client().waitFor(id);
    expect(request).toMatchObject({
      status: 'completed',
      options: { quality: 70, format: 'webp' },
      file_name: name,
    });
    const [sent, total] = progress.at(-1) ?? [0, -1];
    expect(sent).toBe(total);
  });

  it('creates one request for two uploads with the same idempotency key', async () => {
    const send = () =>
      client().upload(csv(stage.link('/a.jpg')), { name, idempotencyKey: 'client-test' });
    expect(await send()).toBe(await send());
  });

  it('waits until the request is finished, and reports its changes', async () => {
    const id = await client().upload(csv(stage.link('/a.jpg'), stage.link('/b.png')), { name });
    const seen: RequestResource[] = [];
    const request = await client().waitFor(id, { onChange: (change) => seen.push(change) });
    expect(request.counts).toMatchObject({ total: 2, succeeded: 2 });
    expect(seen.at(-1)).toEqual(request);
    expect(await client().status(id)).toMatchObject({ request_id: id, status: 'completed' });
  });

  it('iterates over images and requests, and returns result files', async () => {
    const id = await client().upload(csv(stage.link('/a.jpg'), stage.link('/gone.jpg')), { name });
    await client().waitFor(id);
    expect((await all(client().images(id))).map(({ position }) => position)).toEqual([1, 2]);
    const failed = await all(client().images(id, { status: 'failed' }));
    expect(failed.map(({ error }) => error?.code)).toEqual(['not_found']);
    const requests = await all(client().requests({ status: 'completed_with_errors' }));
    expect(requests.map(({ request_id }) => request_id)).toContain(id);
    expect(await (await client().result(id)).text()).toContain('Output Image Urls');
    expect(await (await client().result(id, { only: 'failed' })).text()).toContain('not_found');
  });

  it('retries, cancels, redelivers and removes requests', async () => {
    const failed = await stage.failed(stage.service.url, {
      webhook_url: stage.receiver.on('/client', 200),
    });
    expect(await client().retry(failed)).toMatchObject({ request_id: failed });
    expect(await client().waitFor(failed)).toMatchObject({ status: 'completed', round: 2 });
    const running = await stage.running();
    await client().cancel(running);
    expect((await client().waitFor(running)).status).toBe('cancelled');
    await client().remove(running);
    await expect(client().request(running)).rejects.toMatchObject({ status: 404 });
    await stage.hasState(failed, 'delivered');
    expect(await client().redeliver(failed)).toMatchObject({ request_id: failed });
  });

  it('retries all requests with failed images', async () => {
    const since = new Date();
    const failed = await stage.failed();
    expect(await client().retryAll({ since })).toMatchObject({ retried: 1 });
    expect(await client().waitFor(failed)).toMatchObject({ status: 'completed', round: 2 });
  });

  it('downloads images and their thumbnails', async () => {
    const id = await client().upload(csv(stage.link('/a.jpg')), { name });
    await client().waitFor(id);
    const [image] = await all(client().images(id));
    const file = image?.output_url?.split('/').at(-1) ?? '';
    const sizes = [await client().file(id, file), await client().file(id, file, { width: 80 })].map(
      async (response) => (await response.arrayBuffer()).byteLength,
    );
    const [whole = 0, thumbnail = 0] = await Promise.all(sizes);
    expect(thumbnail).toBeGreaterThan(0);
    expect(thumbnail).toBeLessThan(whole);
  });

  it('has a method for every call of the OpenAPI document but two', async () => {
    const methods = {
      uploadSheet: 'upload',
      getStatus: 'status',
      getRequest: 'request',
      listRequests: 'requests',
      listImages: 'images',
      getImage: 'image',
      listFailures: 'failures',
      followRequest: 'events',
      getResult: 'result',
      getFile: 'file',
      retryRequest: 'retry',
      cancelRequest: 'cancel',
      redeliverWebhook: 'redeliver',
      deleteRequest: 'remove',
      startOperation: 'startOperation',
      getOperation: 'operation',
      stopOperation: 'stopOperation',
      retryRequests: 'retryAll',
      getSystem: 'system',
      getReadiness: 'health',
    } as const satisfies Record<string, keyof Client>;
    const { paths } = await json<{
      readonly paths: Record<string, Record<string, { readonly operationId: string }>>;
    }>(`${stage.service.url}/openapi.json`);
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.sort()).toEqual([...Object.keys(methods), 'getLiveness', 'getMetrics'].sort());
    for (const method of Object.values(methods)) expect(client()).toHaveProperty(method);
  });

  it('throws an ApiError with the detail of the response', async () => {
    await expect(client().request(UNKNOWN)).rejects.toThrow(
      new ApiError(404, 'Request ID not found', null),
    );
    const refused = client().upload(csv(stage.link('/a.jpg')), { name, fields: { quality: 0 } });
    await expect(refused).rejects.toMatchObject({
      status: 422,
      detail: [{ loc: ['body', 'quality'] }],
      message: expect.stringContaining('body quality: Expected a whole number') as string,
    });
  });

  it('stops waiting when the signal is aborted', async () => {
    const id = await stage.running();
    const controller = new AbortController();
    const waiting = client().waitFor(id, {
      signal: controller.signal,
      onChange: () => {
        controller.abort();
      },
    });
    await expect(waiting).rejects.toThrow();
    await stage.stopped(id);
  });
});
