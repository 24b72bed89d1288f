import { eventually } from './eventually';

/** The HTTP calls as a client makes them. */

export interface StatusAnswer {
  readonly request_id: string;
  readonly status: string;
  readonly details: string;
}

const UNFINISHED = ['pending', 'processing'];

export function sheet(...rows: readonly string[]): string {
  return ['S. No.,Product Name,Input Image Urls', ...rows, ''].join('\n');
}

/** A sheet with a row for each list of links. */
export function sheetOf(...lists: readonly (readonly string[])[]): string {
  return sheet(
    ...lists.map((links, index) => `${index + 1},Product ${index + 1},"${links.join(', ')}"`),
  );
}

export interface UploadOptions {
  readonly fields?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly type?: string;
}

export function upload(
  url: string,
  content: string | Uint8Array<ArrayBuffer>,
  { fields = {}, headers = {}, name = 'products.csv', type = 'text/csv' }: UploadOptions = {},
): Promise<Response> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([content], { type }), name);
  return fetch(`${url}/image/upload/`, { method: 'POST', body: form, headers });
}

export async function uploaded(...call: Parameters<typeof upload>): Promise<string> {
  const response = await upload(...call);
  const answer = (await response.json()) as { request_id: string };
  if (response.status !== 200)
    throw new Error(`Upload: ${response.status} ${JSON.stringify(answer)}`);
  return answer.request_id;
}

export async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

export function statusOf(url: string, requestId: string): Promise<StatusAnswer> {
  return json<StatusAnswer>(`${url}/image/status/${requestId}`);
}

export function finished(url: string, requestId: string): Promise<StatusAnswer> {
  return eventually(
    () => statusOf(url, requestId),
    ({ status }) => !UNFINISHED.includes(status),
  );
}

export async function text(url: string): Promise<string> {
  return (await fetch(url)).text();
}
