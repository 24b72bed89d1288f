import type { z } from 'zod';
import { imagesPage, type ImageResource } from '../contract/http/images';
import {
  operation,
  operationStarted,
  type newOperation,
  type Operation,
} from '../contract/http/operations';
import {
  bulkRetryResult,
  requestResource,
  requestsPage,
  status,
  type RequestResource,
  type Status,
} from '../contract/http/requests';
import { isFinished, type ImageStatus, type RequestStatus } from '../contract/statuses';
import { createCall, type CallOptions, type ClientOptions } from './call';
import { ApiError } from './errors';
import { readEvents } from './events';
import { upload, type UploadOptions } from './upload';

export { ApiError };
export type { CallOptions, ClientOptions, UploadOptions };

export type Client = ReturnType<typeof createClient>;

/** Page sizes of lists: the maximum that the service allows. */
const IMAGES_A_PAGE = 1_000;
const REQUESTS_A_PAGE = 200;

/** Pause before the events of a request are read again after the stream broke off. */
const RETRY_PAUSE_MS = 1_000;

/**
 * Creates a client for all calls of the HTTP API.
 *
 * @throws ApiError from every call that receives an error response
 */
export function createClient(options: ClientOptions) {
  const call = createCall(options);
  const signalOf = ({ signal }: CallOptions) => (signal === undefined ? {} : { signal });
  const get = (path: string, given: CallOptions) => call(path, signalOf(given));

  async function operate(path: string, given: CallOptions): Promise<Status> {
    const response = await call(path, { method: 'POST', ...signalOf(given) });
    return status.parse(await response.json());
  }

  const client = {
    upload: (csv: Blob, given: UploadOptions) => upload(call, csv, given),

    async status(id: string, given: CallOptions = {}): Promise<Status> {
      return status.parse(await (await get(`/image/status/${id}`, given)).json());
    },

    async request(id: string, given: CallOptions = {}): Promise<RequestResource> {
      return requestResource.parse(await (await get(`/image/requests/${id}`, given)).json());
    },

    /** Lists requests, newest first. */
    async *requests(
      given: CallOptions & { readonly status?: RequestStatus } = {},
    ): AsyncGenerator<RequestResource, void> {
      for (let cursor: string | null = ''; cursor !== null;) {
        const query = queryOf({ limit: REQUESTS_A_PAGE, status: given.status, cursor });
        const response = await get(`/image/requests?${query}`, given);
        const page: ReturnType<typeof requestsPage.parse> = requestsPage.parse(
          await response.json(),
        );
        yield* page.requests;
        cursor = page.next_cursor;
      }
    },

    /** Lists every occurrence, in the order of the file. */
    async *images(
      id: string,
      given: CallOptions & { readonly status?: ImageStatus } = {},
    ): AsyncGenerator<ImageResource, void> {
      for (let cursor: string | null = ''; cursor !== null;) {
        const query = queryOf({ limit: IMAGES_A_PAGE, status: given.status, cursor });
        const response = await get(`/image/requests/${id}/images?${query}`, given);
        const page: ReturnType<typeof imagesPage.parse> = imagesPage.parse(await response.json());
        yield* page.images;
        cursor = page.next_cursor;
      }
    },

    /** Yields the request at every change, until it is finished. The stream may break off before that: see `wait`. */
    async *events(id: string, given: CallOptions = {}): AsyncGenerator<RequestResource, void> {
      const { body } = await get(`/image/requests/${id}/events`, given);
      if (body !== null) yield* readEvents(body);
    },

    /**
     * Waits until the request is finished, and returns it. Reconnects when the connection breaks.
     *
     * @param onChange called with the request at every change
     */
    async wait(
      id: string,
      given: CallOptions & { readonly onChange?: (request: RequestResource) => void } = {},
    ): Promise<RequestResource> {
      for (;;) {
        try {
          for await (const request of client.events(id, given)) given.onChange?.(request);
          const request = await client.request(id, given);
          if (isFinished(request.status)) return request;
        } catch (error) {
          // Try again after a lost connection (fetch reports a TypeError) and while the service is down.
          const isBroken = error instanceof TypeError;
          const isDown = error instanceof ApiError && error.status >= 500;
          if (!(isBroken || isDown) || given.signal?.aborted === true) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
      }
    },

    /** Downloads the result CSV, or the failed rows. */
    result: (id: string, given: CallOptions & { readonly only?: 'failed' } = {}) =>
      get(`/image/result/${id}?${queryOf({ only: given.only })}`, given),

    retry: (id: string, given: CallOptions = {}) => operate(`/image/requests/${id}/retry`, given),
    cancel: (id: string, given: CallOptions = {}) => operate(`/image/requests/${id}/cancel`, given),
    redeliver: (id: string, given: CallOptions = {}) =>
      operate(`/image/requests/${id}/webhook`, given),

    async remove(id: string, given: CallOptions = {}): Promise<void> {
      await call(`/image/requests/${id}`, { method: 'DELETE', ...signalOf(given) });
    },

    /** Starts one action on many requests. */
    async startOperation(
      asked: z.input<typeof newOperation>,
      given: CallOptions = {},
    ): Promise<{ operation_id: string; matched: number }> {
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(asked), ...signalOf(given) };
      const response = await call('/image/operations', init);
      return operationStarted.parse(await response.json());
    },

    async operation(id: string, given: CallOptions = {}): Promise<Operation> {
      return operation.parse(await (await get(`/image/operations/${id}`, given)).json());
    },

    async stopOperation(id: string, given: CallOptions = {}): Promise<Operation> {
      const init = { method: 'POST', ...signalOf(given) };
      return operation.parse(await (await call(`/image/operations/${id}/stop`, init)).json());
    },

    /** Retries every request that failed. */
    async retryAll(
      given: CallOptions & { readonly since?: Date; readonly until?: Date } = {},
    ): Promise<{ retried: number; skipped: number }> {
      const query = queryOf({
        since: given.since?.toISOString(),
        until: given.until?.toISOString(),
      });
      const init = { method: 'POST', ...signalOf(given) };
      const response = await call(`/image/requests/retry?${query}`, init);
      return bulkRetryResult.parse(await response.json());
    },
  };
  return client;
}

function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return new URLSearchParams(
    given.map(([name, value]) => [name, String(value)] as [string, string]),
  ).toString();
}
