import { connected, errorOf, type ApiError, type ConnectionError } from './errors';
import { withRetries } from './retry';

export type Send = (url: string, init: RequestInit) => Promise<Response>;

export interface ClientOptions {
  /** URL of the service, as in `PUBLIC_URL`; it may have a path prefix. A page of the service may give `''`. */
  readonly url: string;
  /** API key, sent as `Authorization: Bearer`; none by default. */
  readonly key?: string | undefined;
  /** Used in place of the global `fetch`, for instance to go through a proxy. */
  readonly fetch?: Send | undefined;
  /** How many times a call is repeated at most, 4 by default; 0 reports every failure. */
  readonly retries?: number | undefined;
  /** Called with every error response, also before a call is repeated: a page asks for the key after 401. */
  readonly onError?: ((error: ApiError) => void) | undefined;
  /** Called with the error before the pause after which a call is repeated. */
  readonly onRetry?: ((error: ApiError | ConnectionError) => void) | undefined;
}

export interface CallOptions {
  /** Aborts the call, its retries, and the stream of its response. */
  readonly signal?: AbortSignal | undefined;
}

export interface CallInit extends CallOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sends the request, with a body of its own; `fetch` without a body by default. */
  readonly send?: Send;
  /** How many times it is repeated at most; by default what the client's option says. */
  readonly retries?: number;
  /** Whether the call may be repeated although it may have had its effect. Default: `GET`s only. */
  readonly isRepeatable?: boolean;
  /** A status that says, for a repeated call, that an earlier attempt had its effect. It is no error then. */
  readonly doneStatus?: number;
}

/**
 * Makes a call, and repeats it if that is safe.
 *
 * @param read reads the response; when the connection is lost meanwhile, the call is repeated as well
 * @throws ApiError when the response is an error; ConnectionError when there is no response; the signal's reason
 */
export type Call = <T>(
  path: string,
  init: CallInit,
  read: (response: Response) => T | Promise<T>,
) => Promise<T>;

export const RETRIES = 4;

export function createCall({
  url,
  key,
  fetch: sendByDefault = fetch,
  retries: retriesByDefault = RETRIES,
  onError,
  onRetry,
}: ClientOptions): Call {
  requireUrl(url);
  const base = url.replace(/\/+$/, '');
  return async (path, given, read) => {
    const { method = 'GET', send = sendByDefault, signal, doneStatus } = given;
    const { isRepeatable = method === 'GET', retries = retriesByDefault } = given;
    const headers = new Headers(given.headers);
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
    const init = {
      method,
      headers,
      ...(given.body === undefined ? {} : { body: given.body }),
      ...(signal === undefined ? {} : { signal }),
    };
    return withRetries({ retries, isRepeatable, signal, onRetry }, async (mayBeDone) => {
      const response = await connected(send(`${base}${path}`, init));
      if (response.ok || (mayBeDone && response.status === doneStatus)) return read(response);
      const error = await errorOf(response);
      onError?.(error);
      throw error;
    });
  };
}

/** `fetch` refuses every other URL with a TypeError, as if the connection had been lost. */
function requireUrl(url: string): void {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  try {
    if (/^https?:$/.test(new URL(url, location?.href).protocol)) return;
  } catch {
    // Told below.
  }
  throw new Error(`Expected the http or https URL of the service, received "${url}"`);
}

/** Reads a response as the type that the contract gives it; the client does not validate it. */
export async function jsonOf<T>(response: Response): Promise<T> {
  return connected(response.json() as Promise<T>);
}
