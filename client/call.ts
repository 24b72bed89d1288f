import { problem } from '../contract/http/problem';
import { ApiError } from './errors';

export interface ClientOptions {
  /** URL of the service, as in `PUBLIC_URL`; it may have a path prefix. */
  readonly url: string;
  /** API key, sent as `Authorization: Bearer`; none by default. */
  readonly key?: string | undefined;
  /** Used in place of the global `fetch`, for instance to go through a proxy. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

export interface CallOptions {
  /** Aborts the call, and the stream of its response. */
  readonly signal?: AbortSignal | undefined;
}

export type Call = (path: string, init?: RequestInit) => Promise<Response>;

/** @throws ApiError when the response is an error; fetch's TypeError when there is no response */
export function createCall({ url, key, fetch: send = fetch }: ClientOptions): Call {
  const base = url.replace(/\/+$/, '');
  return async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    const response = await send(`${base}${path}`, { ...init, headers });
    if (response.ok) return response;
    const parsed = problem.safeParse(await response.json().catch(() => null));
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new ApiError(
      response.status,
      parsed.success ? parsed.data.detail : null,
      Number.isNaN(retryAfter) ? null : retryAfter,
    );
  };
}
