import type { ThumbnailWidth } from '../contract/formats';
import type { Failures } from '../contract/http/failures';
import type { ImageDetail, ImagesPage, ImageResource } from '../contract/http/images';
import type { NewOperation, Operation, OperationStarted } from '../contract/http/operations';
import type {
  BulkRetryResult,
  RequestResource,
  RequestsPage,
  Status,
} from '../contract/http/requests';
import type { System } from '../contract/http/system';
import {
  isFinished,
  type ImageStatus,
  type RequestStatus,
  type RETRYABLE_STATUSES,
} from '../contract/statuses';
import type { UploadFields } from '../contract/http/uploads';
import { createCall, jsonOf, type CallInit, type CallOptions, type ClientOptions } from './call';
import { ApiError, ConnectionError, type Fault } from './errors';
import { follow } from './follow';
import { isId } from './id';
import { pagesOf, queryOf } from './pages';
import { upload, type UploadOptions } from './upload';

export { ApiError, ConnectionError };
export type { CallOptions, ClientOptions, Fault, UploadOptions };
export type {
  BulkRetryResult,
  Failures,
  ImageDetail,
  ImageResource,
  ImagesPage,
  ImageStatus,
  NewOperation,
  Operation,
  OperationStarted,
  RequestResource,
  RequestsPage,
  RequestStatus,
  Status,
  System,
  UploadFields,
};

export type Client = ReturnType<typeof createClient>;

/** Page sizes of lists: the maximum that the service allows. */
const IMAGES_A_PAGE = 1_000;
const REQUESTS_A_PAGE = 200;

export interface RequestsOptions extends CallOptions {
  readonly status?: RequestStatus | undefined;
  /** The beginning of the id, or a part of the file name. */
  readonly q?: string | undefined;
  /** Only requests uploaded at or after this time. */
  readonly since?: Date | undefined;
  /** Only requests uploaded before this time. */
  readonly until?: Date | undefined;
}

export interface ImagesOptions extends CallOptions {
  readonly status?: ImageStatus | undefined;
  /** A code of errors, such as `not_found`. */
  readonly code?: string | undefined;
  /** The host of the links. */
  readonly host?: string | undefined;
}

export interface PageOptions {
  /** How many at most. */
  readonly limit?: number;
  /** The `next_cursor` of the page before; the first page by default. */
  readonly cursor?: string | undefined;
}

export interface EventsOptions extends CallOptions {
  /** Called with the error whenever the service does not answer, and with `null` when it answers again. */
  readonly onInterrupted?: (error: unknown) => void;
}

export interface WaitOptions extends EventsOptions {
  /** Called with the request at once and at every change. */
  readonly onChange?: (request: RequestResource) => void;
}

export interface BulkRetryOptions extends CallOptions {
  /** Default: `failed` and `completed_with_errors`. */
  readonly status?: (typeof RETRYABLE_STATUSES)[number];
  /** Only requests uploaded at or after this time. */
  readonly since?: Date;
  /** Only requests uploaded before this time. */
  readonly until?: Date;
}

export interface Health {
  readonly isReady: boolean;
  /** What is down, as a sentence; `null` when the service is ready. */
  readonly detail: string | null;
}

/**
 * Creates a client for the HTTP API, for Node and browsers. It returns what the service answers, in the types of the
 * contract, and validates none of it.
 *
 * Calls that are safe to repeat (reads, uploads, `cancel`, `remove`) are repeated after a lost answer, 502, 503 and 504;
 * all calls after 429, which the service answers before it does anything. `Retry-After` is honoured up to a minute.
 *
 * @throws from every call, and from every iteration: ApiError for an error response (its `status` and `detail` say
 * why: 401 without a valid key, 404 for an unknown id), ConnectionError when there is no answer, and the signal's reason
 * when it is aborted
 */
export function createClient(options: ClientOptions) {
  const call = createCall(options);
  const get = <T>(path: string, { signal }: CallOptions) => call(path, { signal }, jsonOf<T>);
  const post = <T>(path: string, { signal }: CallOptions, init: CallInit = {}) =>
    call(path, { ...init, method: 'POST', signal }, jsonOf<T>);

  const client = {
    /**
     * Uploads a CSV, and returns the request id once the request is durable. After a lost answer it is sent again under
     * the same `Idempotency-Key`: there is one request at most.
     *
     * @throws ApiError 400 (no CSV), 409 (the key belongs to another upload), 413 (too large), 422 (a field, the header
     * or the rows cannot be used; `detail` lists the faults), 429 (over a limit of the caller), 503
     */
    upload: (csv: Blob, given: UploadOptions): Promise<string> =>
      upload(call, csv, given, options.fetch),

    /** Returns `{ request_id, status, details }`; `details` is a sentence. */
    status: async (id: string, given: CallOptions = {}) =>
      get<Status>(`/image/status/${idOf(id)}`, given),

    /** Returns the whole request: counts, options, sheet, times, webhook and links. */
    request: async (id: string, given: CallOptions = {}) =>
      get<RequestResource>(`/image/requests/${idOf(id)}`, given),

    /** Reads one page of the requests that match all filters, newest first. */
    requestsPage: ({ signal, ...query }: RequestsOptions & PageOptions = {}) =>
      get<RequestsPage>(`/image/requests${queryOf({ ...query })}`, { signal }),

    /** Iterates over the requests that match all filters, newest first. */
    async *requests({ signal, ...filters }: RequestsOptions = {}): AsyncGenerator<
      RequestResource,
      void
    > {
      const read = (cursor: string) =>
        client.requestsPage({ limit: REQUESTS_A_PAGE, ...filters, cursor, signal });
      for await (const { requests } of pagesOf(read, signal)) yield* requests;
    },

    /** Reads one page of the occurrences that match all filters, in the order of the file. */
    imagesPage: async (id: string, { signal, ...query }: ImagesOptions & PageOptions = {}) =>
      get<ImagesPage>(`/image/requests/${idOf(id)}/images${queryOf({ ...query })}`, { signal }),

    /**
     * Iterates over every occurrence that matches all filters, in the order of the file. While rows are still being
     * recorded, it waits for them.
     */
    async *images(
      id: string,
      { signal, ...filters }: ImagesOptions = {},
    ): AsyncGenerator<ImageResource, void> {
      const read = (cursor: string) =>
        client.imagesPage(id, { limit: IMAGES_A_PAGE, ...filters, cursor, signal });
      for await (const { images } of pagesOf(read, signal)) yield* images;
    },

    /** Returns one image with its timeline. @throws ApiError 404 when the row has no such position */
    image: async (id: string, row: number, position: number, given: CallOptions = {}) =>
      get<ImageDetail>(`/image/requests/${idOf(id)}/images/${row}/${position}`, given),

    /** Returns the failures of a request, grouped by code and host, most frequent first. */
    failures: async (id: string, given: CallOptions = {}) =>
      get<Failures>(`/image/requests/${idOf(id)}/failures`, given),

    /**
     * Yields the request at once and at every change, until it is finished. It follows the events of the service,
     * reconnects when they break off, and polls where they do not arrive.
     *
     * @throws ApiError or ConnectionError when the service has been unavailable for five minutes
     */
    events: (
      id: string,
      { signal, onInterrupted }: EventsOptions = {},
    ): AsyncGenerator<RequestResource, void> =>
      // It goes on by itself, for longer than calls are repeated.
      follow({
        open: (closed) =>
          call(
            `/image/requests/${idOf(id)}/events`,
            { signal: closed, retries: 0 },
            ({ body }) => body,
          ),
        poll: (closed) =>
          call(
            `/image/requests/${idOf(id)}`,
            { signal: closed, retries: 0 },
            jsonOf<RequestResource>,
          ),
        signal,
        onInterrupted,
      }),

    /** Waits until the request is finished, and returns it. It throws what `events` throws. */
    async waitFor(id: string, { onChange, ...given }: WaitOptions = {}): Promise<RequestResource> {
      for await (const request of client.events(id, given)) {
        onChange?.(request);
        if (isFinished(request.status)) return request;
      }
      throw new Error(`Expected the events of ${id} to end with the finished request`);
    },

    /**
     * Downloads the result CSV, or only the rows that failed. The body of the response is a stream, and is not repeated
     * when it breaks off.
     *
     * @throws ApiError 409 when the request is not finished
     */
    result: async (
      id: string,
      { only, signal }: CallOptions & { readonly only?: 'failed' } = {},
    ): Promise<Response> =>
      call(`/image/result/${idOf(id)}${queryOf({ only })}`, { signal }, (response) => response),

    /**
     * Downloads a compressed image by the last part of its output link, or a thumbnail of it. The body of the response
     * is a stream.
     */
    file: async (
      id: string,
      name: string,
      { width, signal }: CallOptions & { readonly width?: ThumbnailWidth } = {},
    ): Promise<Response> =>
      call(
        `/image/files/${idOf(id)}/${idOf(name)}${queryOf({ width })}`,
        { signal },
        (response) => response,
      ),

    /** Runs the failed images again. @throws ApiError 409 while running, and when none failed */
    retry: async (id: string, given: CallOptions = {}) =>
      post<Status>(`/image/requests/${idOf(id)}/retry`, given),

    /** Cancels a running request. @throws ApiError 409 when it is already finished */
    cancel: async (id: string, given: CallOptions = {}) =>
      post<Status>(`/image/requests/${idOf(id)}/cancel`, given, { isRepeatable: true }),

    /** Sends the webhook again. @throws ApiError 409 while running, and while it is being delivered */
    redeliver: async (id: string, given: CallOptions = {}) =>
      post<Status>(`/image/requests/${idOf(id)}/webhook`, given),

    /** Deletes a request with all its files. @throws ApiError 409 while running */
    remove: async (id: string, { signal }: CallOptions = {}): Promise<void> =>
      call(
        `/image/requests/${idOf(id)}`,
        { method: 'DELETE', signal, isRepeatable: true, doneStatus: 404 },
        () => undefined,
      ),

    /**
     * Starts one action on many requests.
     *
     * @throws ApiError 422 unless either ids or a filter are given
     */
    startOperation: (
      asked: NewOperation,
      { signal }: CallOptions = {},
    ): Promise<OperationStarted> =>
      call(
        '/image/operations',
        {
          method: 'POST',
          signal,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(asked),
        },
        jsonOf<OperationStarted>,
      ),

    /** Returns how far an operation is. */
    operation: async (id: string, { signal }: CallOptions = {}): Promise<Operation> =>
      call(`/image/operations/${idOf(id)}`, { signal }, jsonOf<Operation>),

    /** Ends an operation after the requests in hand. */
    stopOperation: async (id: string, given: CallOptions = {}) =>
      post<Operation>(`/image/operations/${idOf(id)}/stop`, given, { isRepeatable: true }),

    /** Retries every request that matches, and returns `{ retried, skipped }`. */
    retryAll: ({ signal, ...filters }: BulkRetryOptions = {}) =>
      post<BulkRetryResult>(`/image/requests/retry${queryOf({ ...filters })}`, { signal }),

    /** Returns what is up and down, and what there is to do. */
    system: (given: CallOptions = {}) => get<System>('/image/system', given),

    /** Returns whether uploads can be accepted. */
    async health({ signal }: CallOptions = {}): Promise<Health> {
      try {
        await call('/health/ready', { signal, isRepeatable: false }, () => undefined);
        return { isReady: true, detail: null };
      } catch (error) {
        const isDown = error instanceof ApiError && error.status === 503;
        if (!isDown || typeof error.detail !== 'string') throw error;
        return { isReady: false, detail: error.detail };
      }
    },
  };
  return client;
}

/** Returns an id as a part of a path. @throws Error */
function idOf(id: string): string {
  if (!isId(id)) throw new Error(`Expected an id, received "${id}"`);
  return encodeURIComponent(id);
}
