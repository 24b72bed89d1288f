import { LISTED_IMAGE_CODES } from '../../../contract/errorCodes';
import { FINDINGS } from '../../../contract/findings';

/**
 * Values of labels. Each distinct value creates a time series, which Prometheus keeps for weeks. All values therefore
 * come from short lists; any other value becomes `other`.
 */

const OTHER = 'other';

/** Status codes with a label of their own: the origin requires credentials, forbids access, or asks to slow down. */
const SEPARATE_CODES: readonly string[] = [
  'http_401',
  'http_403',
  'http_408',
  'http_425',
  'http_429',
];

const LISTED_FINDINGS: readonly string[] = FINDINGS;

/** All possible values of the label `error_code`. */
export const ERROR_CODE_LABELS: readonly string[] = [
  ...LISTED_IMAGE_CODES.filter((code) => !/^http_\d/.test(code) || code === 'http_5xx'),
  ...SEPARATE_CODES,
  'http_1xx',
  'http_2xx',
  'http_3xx',
  'http_4xx',
  OTHER,
];

export function errorCodeLabel(code: string): string {
  const family = /^http_([1-5])\d\d$/.exec(code)?.[1];
  const label = family === undefined || SEPARATE_CODES.includes(code) ? code : `http_${family}xx`;
  return ERROR_CODE_LABELS.includes(label) ? label : OTHER;
}

export function findingLabel(finding: string): string {
  return LISTED_FINDINGS.includes(finding) ? finding : OTHER;
}

/** Of OpenSSL and Node: the store's certificate is not trusted, has expired, or is for another name. */
const CERTIFICATE_CODES: readonly string[] = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
];

/** Outcomes of requests to object storage that call for different actions. Stores have hundreds of codes. */
export const STORAGE_OUTCOME_LABELS: readonly string[] = [
  'ok',
  'not_found',
  'PreconditionFailed',
  'ConditionalRequestConflict',
  'AccessDenied',
  'HTTP403',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'CredentialsProviderError',
  'RequestTimeTooSkewed',
  'NoSuchBucket',
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'BadDigest',
  'InvalidAnswer',
  'NotImplemented',
  'SlowDown',
  'ServiceUnavailable',
  'HTTP503',
  'InternalError',
  'Timeout',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EHOSTUNREACH',
  ...CERTIFICATE_CODES,
  'AbortError',
  OTHER,
];

export function storageOutcomeLabel(outcome: string): string {
  return STORAGE_OUTCOME_LABELS.includes(outcome) ? outcome : OTHER;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export function methodLabel(method: string): string {
  return METHODS.includes(method) ? method : OTHER;
}

/** `2xx`, …, `5xx`. */
export function statusClassLabel(status: number): string {
  return status >= 100 && status <= 599 ? `${Math.floor(status / 100)}xx` : OTHER;
}
