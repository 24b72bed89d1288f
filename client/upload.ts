import { accepted, type UploadFields } from '../contract/http/uploads';
import type { Call, CallOptions } from './call';

export interface UploadOptions extends CallOptions {
  /** The file name that the service shows. It must end in `.csv`. */
  readonly name: string;
  readonly fields?: UploadFields;
  /** Repeating the same key and content returns the id of the same request. */
  readonly idempotencyKey?: string;
  /** Called with the number of bytes handed to the connection, and the total of the body. */
  readonly onProgress?: (sent: number, total: number) => void;
}

/** Uploads a CSV. @returns the request id, once the request is durable */
export async function upload(call: Call, csv: Blob, options: UploadOptions): Promise<string> {
  const { name, fields = {}, idempotencyKey, onProgress, signal } = options;
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined) form.append(field, String(value));
  }
  form.append('file', csv, name);
  const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
  const init = { method: 'POST', headers, ...(signal === undefined ? {} : { signal }) };
  const response = await call('/image/upload/', {
    ...init,
    ...(onProgress === undefined ? { body: form } : await countedBody(form, headers, onProgress)),
  });
  return accepted.parse(await response.json()).request_id;
}

/** Encodes the form and counts its bytes as they are sent, because fetch reports no progress of uploads. */
async function countedBody(
  form: FormData,
  headers: Readonly<Record<string, string>>,
  onProgress: (sent: number, total: number) => void,
): Promise<RequestInit & { duplex: 'half' }> {
  const written = new Response(form);
  const type = written.headers.get('content-type') ?? '';
  const bytes = await written.blob();
  let sent = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      sent += chunk.length;
      onProgress(sent, bytes.size);
      controller.enqueue(chunk);
    },
  });
  return {
    headers: { ...headers, 'content-type': type },
    body: bytes.stream().pipeThrough(counter),
    duplex: 'half',
  };
}
