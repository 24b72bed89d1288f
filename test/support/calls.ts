import type { Client, UploadOptions as Options } from '../../client';
import type { ImageResource } from '../../contract/http/images';
import type { RequestResource, Status } from '../../contract/http/requests';
import { isFinished, type ImageStatus } from '../../contract/statuses';
import { call, clientOf } from './api';
import { eventually } from './eventually';

/** HTTP calls as a client makes them. */

export function sheet(...rows: readonly string[]): string {
  return ['S. No.,Product Name,Input Image Urls', ...rows, ''].join('\n');
}

/** Returns a CSV with a row for each list of links. */
export function sheetOf(...lists: readonly (readonly string[])[]): string {
  return sheet(
    ...lists.map((links, index) => `${index + 1},Product ${index + 1},"${links.join(', ')}"`),
  );
}

type Content = string | Uint8Array<ArrayBuffer>;

const NAME = 'products.csv';
const CSV = 'text/csv';

export interface UploadOptions {
  readonly fields?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly type?: string;
}

/** Uploads a form that may be invalid in every part, and returns the response. */
export function upload(
  url: string,
  content: Content,
  { fields = {}, headers = {}, name = NAME, type = CSV }: UploadOptions = {},
): Promise<Response> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append('file', new Blob([content], { type }), name);
  return postForm(url, form, headers);
}

export function postForm(url: string, body: FormData, headers = {}): Promise<Response> {
  return call(`${url}/image/upload/`, { method: 'POST', body, headers });
}

/** Uploads a valid CSV. @returns the request id */
export function uploaded(
  url: string,
  content: Content,
  { name = NAME, ...options }: Partial<Options> = {},
): Promise<string> {
  return clientOf(url).upload(new Blob([content], { type: CSV }), { name, ...options });
}

export async function json<T>(url: string): Promise<T> {
  return (await (await call(url)).json()) as T;
}

export const statusOf = (url: string, id: string): Promise<Status> => clientOf(url).status(id);

export const requestOf = (url: string, id: string): Promise<RequestResource> =>
  clientOf(url).request(id);

export const imagesOf = (
  url: string,
  id: string,
  given: { readonly status?: ImageStatus } = {},
): Promise<ImageResource[]> => all(clientOf(url).images(id, given));

export function finished(url: string, requestId: string): Promise<Status> {
  return eventually(
    () => statusOf(url, requestId),
    ({ status }) => isFinished(status),
  );
}

export async function text(url: string): Promise<string> {
  return (await call(url)).text();
}

/** Returns the result CSV, or the failed rows. */
export const resultOf = async (
  url: string,
  id: string,
  given: Parameters<Client['result']>[1] = {},
): Promise<string> => (await clientOf(url).result(id, given)).text();

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
