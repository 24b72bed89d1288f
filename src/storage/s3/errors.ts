import { StorageUnavailable } from '../../errors';

/** What a store, or the connection to it, answered in place of success. */
export interface S3Fault {
  /** The store's own code (`SlowDown`), or that of the connection (`ECONNREFUSED`). */
  readonly code: string;
  readonly message: string;
  /** `null`: there was no answer. */
  readonly status: number | null;
}

const MAX_MESSAGE = 300;
const TIMEOUT = 'Timeout';
/** Names that say nothing: errors of connections, and answers without a body, as to HEAD. */
const UNNAMED = /^((Aggregate)?Error|Unknown(Error)?|TimeoutError|\d*)$/;

/** Reads an error of the SDK, whose classes of different origins have nothing in common but these fields. */
export function faultOf(error: unknown): S3Fault {
  const { name, code, message, $metadata, errors } = fieldsOf(error);
  const status = $metadata?.httpStatusCode ?? null;
  const given = UNNAMED.test(name ?? '') ? code : name;
  const isTimeout = name === 'TimeoutError' && code === undefined;
  const known = given ?? (isTimeout ? TIMEOUT : status === null ? 'Error' : `HTTP${status}`);
  // Raised when every address of a host refuses the connection: it has no message of its own.
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

/** Whether there is no such object. A bucket that is missing is another matter, where the store tells it. */
export function isMissing(error: unknown): boolean {
  const { code, status } = faultOf(error);
  return code === 'NoSuchKey' || code === 'NotFound' || (code === 'HTTP404' && status === 404);
}

/** Whether the store does not know an operation or a header. */
export function isNotImplemented(error: unknown): boolean {
  const { code, status } = faultOf(error);
  return code === 'NotImplemented' || status === 501;
}

/**
 * Waits for requests to the store.
 *
 * @throws the signal's reason when aborted; StorageUnavailable with the store's words
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

/** One line without what the SDK puts before and after it. */
function tidied(message: string, code: string): string {
  const text = message
    .replace(/^@smithy\/[\w-]+ - (\[ERROR\] )?/, '')
    .replace(/ \(configured by client requestHandler\)\.?$/, '')
    .replace(/\s+/g, ' ')
    .slice(0, MAX_MESSAGE);
  return text === 'UnknownError' || text === code ? '' : text;
}
