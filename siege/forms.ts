import { requestOf } from './rawCall';

export const HEADER = 'S. No.,Product Name,Input Image Urls';

const BOUNDARY = 'siege-siege-siege';

export function sheetOf(rows: string): string {
  return `${HEADER}\n${rows}`;
}

/** Returns a whole request that uploads a CSV. */
export function formOf(
  headers: Readonly<Record<string, string>>,
  csv: string,
  fields: Readonly<Record<string, string>> = {},
): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file =
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="siege.csv"\r\n` +
    `content-type: text/csv\r\n\r\n${csv}\r\n--${BOUNDARY}--\r\n`;
  const type = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  return requestOf('POST', '/image/upload/', { ...headers, ...type }, parts.join('') + file);
}
