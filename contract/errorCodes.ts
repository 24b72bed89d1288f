/**
 * Why an image failed, and whether a later attempt can succeed. Every other 4xx response is `http_NNN` with its status
 * code, and is permanent (404 and 410 are `not_found`).
 */
const IMAGE_ERROR_CODES = {
  invalid_links: { isRetryable: false },
  invalid_url: { isRetryable: false },
  blocked_address: { isRetryable: false },
  not_found: { isRetryable: false },
  too_large: { isRetryable: false },
  too_many_pixels: { isRetryable: false },
  not_an_image: { isRetryable: false },
  unsupported_format: { isRetryable: false },
  corrupt_image: { isRetryable: false },
  too_many_redirects: { isRetryable: false },
  internal: { isRetryable: false },
  dns_failure: { isRetryable: true },
  connect_failure: { isRetryable: true },
  timeout: { isRetryable: true },
  http_202: { isRetryable: true },
  http_408: { isRetryable: true },
  http_425: { isRetryable: true },
  http_429: { isRetryable: true },
  http_5xx: { isRetryable: true },
} as const;

type Listed = keyof typeof IMAGE_ERROR_CODES;

export type RetryableImageCode = {
  [Code in Listed]: (typeof IMAGE_ERROR_CODES)[Code]['isRetryable'] extends true ? Code : never;
}[Listed];

/** No later attempt can succeed. */
export type PermanentImageCode = Exclude<Listed, RetryableImageCode> | `http_${number}`;

export type ImageErrorCode = PermanentImageCode | RetryableImageCode;

export const LISTED_IMAGE_CODES = Object.keys(IMAGE_ERROR_CODES) as Listed[];

/**
 * Why a row failed. `no_links`: all cells of the link columns are empty. `invalid_links`: they contain text that is not
 * a list of links. `malformed_row`: a quote is not closed, or there are more cells than columns.
 */
export const ROW_ERROR_CODES = ['no_links', 'invalid_links', 'malformed_row'] as const;
export type RowErrorCode = (typeof ROW_ERROR_CODES)[number];
