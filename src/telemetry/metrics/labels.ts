import { LISTED_IMAGE_CODES } from '../../../contract/errorCodes';
import { FINDINGS } from '../../../contract/findings';

/**
 * Values of labels. Each different value is a time series of its own, kept by Prometheus for weeks: all come
 * from short lists, and whatever is on none is `other`.
 */

const OTHER = 'other';

/** Answers that say something about the origin: it asks for a key, forbids, or asks to slow down. */
const TOLD_APART: readonly string[] = ['http_401', 'http_403', 'http_408', 'http_425', 'http_429'];

const LISTED_FINDINGS: readonly string[] = FINDINGS;

/** All values there can be. */
export const ERROR_CODE_LABELS: readonly string[] = [
  ...LISTED_IMAGE_CODES.filter((code) => !/^http_\d/.test(code) || code === 'http_5xx'),
  ...TOLD_APART,
  'http_1xx',
  'http_2xx',
  'http_3xx',
  'http_4xx',
  OTHER,
];

export function errorCodeLabel(code: string): string {
  const family = /^http_([1-5])\d\d$/.exec(code)?.[1];
  const label = family === undefined || TOLD_APART.includes(code) ? code : `http_${family}xx`;
  return ERROR_CODE_LABELS.includes(label) ? label : OTHER;
}

export function findingLabel(finding: string): string {
  return LISTED_FINDINGS.includes(finding) ? finding : OTHER;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export function methodLabel(method: string): string {
  return METHODS.includes(method) ? method : OTHER;
}

/** `2xx`, …, `5xx`. */
export function statusClassLabel(status: number): string {
  return status >= 100 && status <= 599 ? `${Math.floor(status / 100)}xx` : OTHER;
}
