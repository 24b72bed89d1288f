import { StorageUnavailable } from '../../errors';

/** An error of a store or of the connection to it. */
export interface S3Fault {
  /** The store's own code (`SlowDown`), or that of the connection (`ECONNREFUSED`). */
  readonly code: string;
  readonly message: string;
  /** `null`: there was no answer. */
  readonly status: number | null;
}

const MAX_MESSAGE = 300;
const TIMEOUT = 'Timeout';
/** Names without information: those of connection errors, and of answers without a body, as to HEAD. */
const UNNAMED = /^((Aggregate)?Error|Unknown(Error)?|TimeoutError|\d*)$/;

/** The SDK's messages for no region and an empty one; its errors have no code. */
const NO_REGION = /^Region (is missing|not accepted: region="")/;
const REGION_MISSING: S3Fault = {
  code: 'RegionMissing',
  message: 'set AWS_REGION to the region of the bucket',
  status: null,
};

/** Reads an error of the SDK. Its error classes come from several packages and share only these fields. */
export function faultOf(error: unknown): S3Fault {
  const { name, code, message, $metadata, errors } = fieldsOf(error);
  if (NO_REGION.test(message ?? '')) return REGION_MISSING;
  const status = $metadata?.httpStatusCode ?? null;
  const given = UNNAMED.test(name ?? '') ? code : name;
  const isTimeout = name === 'TimeoutError' && code === undefined;
  const known = given ?? (isTimeout ? TIMEOUT : status === null ? 'Error' : `HTTP${status}`);
  // An AggregateError, thrown when every address of a host refuses the connection, has no message of its own.
  const text =
    message === undefined || message === ''
      ? (errors ?? []).map((one) => fieldsOf(one).message).join('; ')
      : message;
  return { code: known, message: tidied(text, known), status };
}

/** `SlowDown: Please reduce your request rate (HTTP 503)` */
export function describe({ code, message, status }: S3Fault): string {
  const text = message === '' ? code : `${code}: ${message}`;
  return status === null ? text : `${text} (HTTP ${status})`;
}

/** Whether the object is missing. A missing bucket is an error of the store, if the store distinguishes them. */
export function isMissing(error: unknown): boolean {
  const { code, status } = faultOf(error);
  return code === 'NoSuchKey' || code === 'NotFound' || (code === 'HTTP404' && status === 404);
}

/** Whether the store does not have an operation, or does not know a header. */
export function isNotImplemented({ code, status }: S3Fault): boolean {
  return status === 501 || code === 'NotImplemented';
}

/**
 * Waits for requests to the store.
 *
 * @throws the signal's reason when aborted; StorageUnavailable with the store's code and message
 */
export async function answered<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work;
  } catch (error) {
    signal?.throwIfAborted();
    throw asUnavailable(error);
  }
}

export function asUnavailable(error: unknown): StorageUnavailable {
  if (error instanceof StorageUnavailable) return error;
  const fault = faultOf(error);
  return new StorageUnavailable(fault.code, describe(fault), { cause: error });
}

interface Fields {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly errors?: readonly unknown[];
}

function fieldsOf(error: unknown): Fields {
  return typeof error === 'object' && error !== null ? error : { message: String(error) };
}

/** Returns the message in one line, without the text that the SDK adds before and after it. */
function tidied(message: string, code: string): string {
  const text = message
    .replace(/^@smithy\/[\w-]+ - (\[ERROR\] )?/, '')
    .replace(/ \(configured by client requestHandler\)\.?$/, '')
    .replace(/\s+/g, ' ')
    .slice(0, MAX_MESSAGE);
  return text === 'UnknownError' || text === code ? '' : text;
}
