import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { ApiError } from '../client/errors';
import type { ImagesPage } from '../contract/http/images';
import type { Problem } from '../contract/http/problem';
import type { RequestResource, RequestsPage, Status } from '../contract/http/requests';
import type { UploadFields } from '../contract/http/uploads';
import type { ImageStatus, RequestStatus } from '../contract/statuses';
import { splitEvents } from './logic/serverEvents';

/** The calls that the page makes. Types come from the contract; the schemas themselves would triple the page's size. */
export type Api = ReturnType<typeof createApi>;

interface ApiOptions {
  /** The path prefix of the service, without a slash at its end. */
  readonly prefix: string;
  readonly key: string | null;
  /** Called when the service asks for a key or refuses the given one. */
  readonly onUnauthorized: () => void;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

interface PageOptions<S> extends CallOptions {
  readonly status?: S | undefined;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface UploadOptions extends CallOptions {
  readonly name: string;
  readonly fields: UploadFields;
  readonly idempotencyKey: string;
  readonly onProgress: (sent: number, total: number) => void;
}

/** Every call throws ApiError for an error response, and TypeError when there is no response. */
export function createApi({ prefix, key, onUnauthorized }: ApiOptions) {
  const authorization: Record<string, string> =
    key === null ? {} : { authorization: `Bearer ${key}` };

  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(prefix + path, { ...init, headers: authorization });
    if (response.ok) return response;
    const retryAfter = response.headers.get('retry-after');
    throw failureOf(response.status, await response.text().catch(() => ''), retryAfter);
  }

  function failureOf(status: number, body: string, retryAfter: string | null): ApiError {
    if (status === 401) onUnauthorized();
    return new ApiError(status, detailOf(body), retryAfter === null ? null : Number(retryAfter));
  }

  async function read<T>(path: string, { signal }: CallOptions): Promise<T> {
    const response = await call(path, signal === undefined ? {} : { signal });
    return (await response.json()) as T;
  }

  async function operate(path: string): Promise<Status> {
    return (await (await call(path, { method: 'POST' })).json()) as Status;
  }

  return {
    request: (id: string, given: CallOptions = {}) =>
      read<RequestResource>(`/image/requests/${id}`, given),

    requests: (given: PageOptions<RequestStatus> = {}) =>
      read<RequestsPage>(`/image/requests?${queryOf(given)}`, given),

    images: (id: string, given: PageOptions<ImageStatus> = {}) =>
      read<ImagesPage>(`/image/requests/${id}/images?${queryOf(given)}`, given),

    /** Yields the request at every change. `EventSource` cannot send the key. */
    async *events(id: string, { signal }: CallOptions = {}): AsyncGenerator<RequestResource, void> {
      const init = signal === undefined ? {} : { signal };
      const { body } = await call(`/image/requests/${id}/events`, init);
      const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      for (;;) {
        const chunk = await reader?.read();
        if (chunk?.value === undefined) return;
        const split = splitEvents(rest + chunk.value);
        rest = split.rest;
        for (const data of split.events) yield JSON.parse(data) as RequestResource;
      }
    },

    retry: (id: string) => operate(`/image/requests/${id}/retry`),
    cancel: (id: string) => operate(`/image/requests/${id}/cancel`),
    redeliver: (id: string) => operate(`/image/requests/${id}/webhook`),
    async remove(id: string): Promise<void> {
      await call(`/image/requests/${id}`, { method: 'DELETE' });
    },

    /** Where a link to the result CSV leads. With a key, a link alone is answered 401: see `result`. */
    resultPath: (id: string, only?: 'failed') =>
      `${prefix}/image/result/${id}${only === undefined ? '' : `?only=${only}`}`,
    needsKey: key !== null,
    result: (id: string, only?: 'failed') =>
      call(`/image/result/${id}${only === undefined ? '' : `?only=${only}`}`),

    /** Returns the names of what is down. */
    async down(given: CallOptions = {}): Promise<string | null> {
      try {
        await read('/health/ready', given);
        return null;
      } catch (error) {
        if (error instanceof ApiError && typeof error.detail === 'string') return error.detail;
        throw error;
      }
    },

    /** Uploads a CSV by XMLHttpRequest, because fetch reports no progress. @returns the request id */
    upload: (csv: Blob, { name, fields, idempotencyKey, onProgress, signal }: UploadOptions) =>
      new Promise<string>((resolve, reject) => {
        const form = new FormData();
        for (const [field, value] of Object.entries(fields)) form.append(field, String(value));
        form.append('file', csv, name);
        const sender = new XMLHttpRequest();
        sender.open('POST', `${prefix}/image/upload/`);
        for (const [header, value] of Object.entries(authorization)) {
          sender.setRequestHeader(header, value);
        }
        sender.setRequestHeader('idempotency-key', idempotencyKey);
        sender.upload.onprogress = ({ loaded, total }) => {
          onProgress(loaded, total);
        };
        sender.onerror = () => {
          reject(new TypeError('The connection broke'));
        };
        sender.onabort = () => {
          reject(new DOMException('The upload was stopped', 'AbortError'));
        };
        sender.onload = () => {
          const { status, responseText } = sender;
          if (status === 200)
            resolve((JSON.parse(responseText) as { request_id: string }).request_id);
          else reject(failureOf(status, responseText, sender.getResponseHeader('retry-after')));
        };
        signal?.addEventListener('abort', () => {
          sender.abort();
        });
        sender.send(form);
      }),
  };
}

function detailOf(body: string): ApiError['detail'] {
  try {
    return (JSON.parse(body) as Problem).detail;
  } catch {
    return null;
  }
}

function queryOf({ status, limit, cursor }: PageOptions<string>): string {
  const query = new URLSearchParams();
  if (status !== undefined) query.set('status', status);
  if (limit !== undefined) query.set('limit', String(limit));
  if (cursor !== undefined) query.set('cursor', cursor);
  return query.toString();
}

const ApiContext = createContext<Api | null>(null);
export const ApiProvider = ApiContext.Provider;

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (api === null) throw new Error('Expected an ApiProvider around this component');
  return api;
}
