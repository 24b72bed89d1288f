import type { UploadFields } from '../contract/http/uploads';
import { jsonOf, type Call, type CallOptions, type Send } from './call';
import { newKey } from './newKey';
import { sendByXhr, xhrOf, type OnProgress } from './xhr';

export interface UploadOptions extends CallOptions {
  /** The file name that the service shows. It must end in `.csv`. */
  readonly name: string;
  /** The other fields of the form: `webhook_url`, `quality`, `format` and so on. */
  readonly fields?: UploadFields;
  /**
   * Repeating the same key and content returns the id of the same request. Each upload has a key of its own by default,
   * so that the client can repeat it after a lost answer; give one to repeat it yourself.
   */
  readonly idempotencyKey?: string;
  readonly onProgress?: OnProgress;
}

/**
 * Uploads a CSV. @returns the request id, once the request is durable
 *
 * @param send the caller's own `fetch`; without it, browsers report the progress through XMLHttpRequest
 */
export function upload(
  call: Call,
  csv: Blob,
  options: UploadOptions,
  send: Send | undefined,
): Promise<string> {
  const { name, fields = {}, idempotencyKey = newKey(), signal } = options;
  const failed = new AbortController();
  const onProgress = options.onProgress && untilItThrows(options.onProgress, failed);
  const form = formOf(csv, name, fields);
  return call(
    '/image/upload/',
    {
      method: 'POST',
      headers: { 'idempotency-key': idempotencyKey },
      signal: signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]),
      isRepeatable: true,
      send: senderOf(form, onProgress, send),
    },
    async (response) => {
      const id = (await jsonOf<{ readonly request_id?: unknown } | null>(response))?.request_id;
      if (typeof id === 'string') return id;
      throw new Error('Expected the service to answer with a request_id, received none');
    },
  );

  function senderOf(body: FormData, report: OnProgress | undefined, own: Send | undefined): Send {
    const sendWith = own ?? fetch;
    if (report === undefined) return (url, init) => sendWith(url, { ...init, body });
    const Xhr = own === undefined ? xhrOf() : undefined;
    if (Xhr !== undefined) return (url, init) => sendByXhr(new Xhr(), url, init, body, report);
    return async (url, init) => sendWith(url, await counted(init, body, csv, report));
  }
}

/** An error of the caller's function ends the upload: within the body, it would look like a lost connection. */
const untilItThrows =
  (report: OnProgress, failed: AbortController): OnProgress =>
  (sent, total) => {
    try {
      report(sent, total);
    } catch (error) {
      failed.abort(error);
    }
  };

function formOf(csv: Blob, name: string, fields: UploadFields): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined) form.append(field, String(value));
  }
  form.append('file', csv, name);
  return form;
}

/** Counts the bytes of the body as they are sent, because fetch reports no progress of uploads. */
async function counted(
  init: RequestInit,
  form: FormData,
  csv: Blob,
  onProgress: OnProgress,
): Promise<RequestInit & { readonly duplex: 'half' }> {
  const encoded = new Response(form);
  const total = (await sizeWithoutFile(form, csv)) + csv.size;
  let sent = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      sent += chunk.length;
      onProgress(sent, total);
      controller.enqueue(chunk);
    },
  });
  const headers = new Headers(init.headers);
  headers.set('content-type', encoded.headers.get('content-type') ?? '');
  const body = encoded.body?.pipeThrough(counter) ?? null;
  return { ...init, headers, body, duplex: 'half' };
}

/** Encodes the form with an empty file: the encoded length is not known otherwise before all of it is read. */
async function sizeWithoutFile(form: FormData, { type }: Blob): Promise<number> {
  const empty = new FormData();
  for (const [field, value] of form) {
    if (typeof value === 'string') empty.append(field, value);
    else empty.append(field, new Blob([], { type }), value.name);
  }
  return (await new Response(empty).arrayBuffer()).byteLength;
}
