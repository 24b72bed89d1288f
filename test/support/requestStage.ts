import type { RequestResource } from '../../contract/http/requests';
import type { UploadFields } from '../../contract/http/uploads';
import { call as callApi, clientOf } from './api';
import { finished, imagesOf, requestOf, sheetOf, uploaded } from './calls';
import { eventually } from './eventually';
import { bytes, stall, startOrigin, status, type Origin } from './origin';
import { photo, transparentPng } from './pictures';
import { startReceiver, type Receiver } from './receiver';
import { startService, type Service } from './service';

/** An id that no request has. */
export const UNKNOWN = '00000000-0000-4000-8000-000000000000';

/**
 * Sets up a service with an origin and a receiver for a test file, and functions that create requests in the states
 * that operators find them in.
 */
export function startRequestStage() {
  let service: Service;
  let origin: Origin;
  let receiver: Receiver;
  let picture: Buffer;
  let names = 0;

  beforeAll(async () => {
    origin = await startOrigin();
    receiver = await startReceiver();
    // A rejected webhook is attempted again only after the end of the test.
    service = await startService({
      env: { WEBHOOK_RETRY_INITIAL_MS: '600000', DOWNLOAD_TIMEOUT_MS: '600000' },
    });
    picture = await photo();
    origin.on('/a.jpg', bytes(picture));
    origin.on('/b.png', bytes(await transparentPng()));
  });

  afterAll(async () => {
    await service.stop();
    await origin.stop();
    await receiver.stop();
  });

  /** Returns a path that no other test uses. */
  const fresh = () => `/own-${(names += 1)}`;
  const link = (path: string) => `${origin.url}${path}`;

  function call(path: string, method = 'POST', base = service.url): Promise<Response> {
    return callApi(`${base}/image/requests/${path}`, { method });
  }

  async function answerOf(response: Response) {
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  function show(id: string, base = service.url): Promise<RequestResource> {
    return requestOf(base, id);
  }

  function hasState(id: string, state: string): Promise<RequestResource> {
    return eventually(
      () => show(id),
      ({ webhook }) => webhook?.state === state,
    );
  }

  async function outputsOf(id: string): Promise<(string | null)[]> {
    return (await imagesOf(service.url, id)).map(({ output_url }) => output_url);
  }

  /** Returns a path whose first download fails, and whose second one succeeds. */
  function failsOnce(): string {
    const path = fresh();
    origin.on(path, status(404), bytes(picture));
    return path;
  }

  /** Returns a path whose first download never ends. */
  function stallsOnce(): string {
    const path = fresh();
    origin.on(path, stall, bytes(picture));
    return path;
  }

  async function failed(base = service.url, fields: UploadFields = {}): Promise<string> {
    const id = await uploaded(base, sheetOf([link(failsOnce())]), { fields });
    expect((await finished(base, id)).status).toBe('failed');
    return id;
  }

  /** Creates a request whose only image is being downloaded without end. */
  async function running(fields: UploadFields = {}): Promise<string> {
    const path = stallsOnce();
    const id = await uploaded(service.url, sheetOf([link(path)]), { fields });
    await eventually(
      () => origin.hits(path),
      (hits) => hits === 1,
    );
    return id;
  }

  async function stopped(id: string): Promise<void> {
    await clientOf(service.url).cancel(id);
    await finished(service.url, id);
  }

  return {
    get service() {
      return service;
    },
    get origin() {
      return origin;
    },
    get receiver() {
      return receiver;
    },
    get picture() {
      return picture;
    },
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
  };
}
