/** Is called with the number of bytes sent, and the total of the body. A repeated attempt begins at 0 again. */
export type OnProgress = (sent: number, total: number) => void;

/** What is used of a browser's XMLHttpRequest. Node has none, and its types are not among those of this project. */
interface Xhr {
  readonly status: number;
  readonly responseText: string;
  readonly upload: {
    onprogress: ((event: { readonly loaded: number; readonly total: number }) => void) | null;
  };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: FormData): void;
  abort(): void;
}

/** Returns XMLHttpRequest where it exists: in browsers, whose `fetch` reports no progress of uploads. */
export function xhrOf(): (new () => Xhr) | undefined {
  return (globalThis as { readonly XMLHttpRequest?: new () => Xhr }).XMLHttpRequest;
}

/** Sends a form like `fetch` does, and reports the progress. @throws TypeError when there is no response */
export function sendByXhr(
  xhr: Xhr,
  url: string,
  { method = 'POST', headers, signal }: RequestInit,
  body: FormData,
  onProgress: OnProgress,
): Promise<Response> {
  return new Promise<Response>((resolve, reject) => {
    const abort = () => {
      xhr.abort();
    };
    const stopListening = () => signal?.removeEventListener('abort', abort);
    xhr.upload.onprogress = ({ loaded, total }) => {
      onProgress(loaded, total);
    };
    xhr.onload = () => {
      stopListening();
      const retryAfter = xhr.getResponseHeader('retry-after');
      resolve(
        new Response(xhr.responseText, {
          status: xhr.status,
          headers: retryAfter === null ? {} : { 'retry-after': retryAfter },
        }),
      );
    };
    xhr.onerror = () => {
      stopListening();
      reject(new TypeError('the connection was lost'));
    };
    xhr.onabort = () => {
      reject(signal?.reason as Error);
    };
    xhr.open(method, url);
    new Headers(headers).forEach((value, name) => {
      xhr.setRequestHeader(name, value);
    });
    signal?.addEventListener('abort', abort, { once: true });
    xhr.send(body);
  });
}
