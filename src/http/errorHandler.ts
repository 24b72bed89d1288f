import { STATUS_CODES } from 'node:http';
import type { Context, Middleware } from 'koa';
import { isStorageError, messageOf, Refusal, type RefusalCode } from '../errors';
import type { Logger } from '../telemetry/logger';
import { isUnavailable } from '../records/unavailable';

const STATUS: Readonly<Record<RefusalCode, number>> = {
  not_csv: 400,
  malformed: 400,
  unauthorized: 401,
  forbidden: 403,
  cross_site: 403,
  wrong_host: 421,
  not_found: 404,
  not_finished: 409,
  conflict: 409,
  idempotency_conflict: 409,
  too_large: 413,
  unsatisfiable_range: 416,
  invalid: 422,
  rate_limited: 429,
  queue_full: 429,
  unavailable: 503,
};

/** In seconds. The limit of writes knows its own. */
const RETRY_AFTER: Partial<Record<RefusalCode, number>> = {
  unavailable: 5,
  // Images leave a queue by the thousand a minute, or by the dozen: a guess that costs neither side much.
  queue_full: 60,
};

/** Maps everything that is thrown to an HTTP answer, JSON `{"detail": …}`; no other code does. */
export function errorHandler(logger: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status >= 400 && ctx.body === undefined) answer(ctx, ctx.status, phrase(ctx.status));
    } catch (error) {
      const refusal = asRefusal(error, logger);
      const status = clientErrorStatus(error);
      if (refusal !== null) answerRefusal(ctx, refusal);
      else if (status !== null) answer(ctx, status, phrase(status));
      else {
        logger.error(
          { err: error, method: ctx.method, path: ctx.path },
          'Request failed with an unexpected error',
        );
        answer(ctx, 500, 'Internal error; the service has logged it');
      }
    }
  };
}

function answerRefusal(ctx: Context, refusal: Refusal): void {
  const { code, message, faults } = refusal;
  const retryAfter = RETRY_AFTER[code];
  if (retryAfter !== undefined) ctx.set('Retry-After', String(retryAfter));
  if (code === 'unauthorized') ctx.set('WWW-Authenticate', 'Bearer');
  // The rest of the request is not read: its upload may have gigabytes.
  if (code === 'unauthorized' || code === 'forbidden') ctx.set('Connection', 'close');
  answer(ctx, STATUS[code], faults.length > 0 ? faults : message);
}

function answer(ctx: Context, status: number, detail: unknown): void {
  ctx.status = status;
  ctx.body = { detail };
}

/** Callers may be strangers: the reason, with its addresses and paths, goes to the log. */
function asRefusal(error: unknown, logger: Logger): Refusal | null {
  if (error instanceof Refusal) return error;
  const server = isUnavailable(error) ? 'MongoDB' : isStorageError(error) ? 'the storage' : null;
  if (server === null) return null;
  logger.warn({ reason: messageOf(error) }, `Request failed because ${server} is unavailable`);
  const message = `Expected ${server} to answer, received an error; try again later`;
  return new Refusal('unavailable', message);
}

/** Koa and its router throw errors with a 4xx `status` for faulty requests. */
function clientErrorStatus(error: unknown): number | null {
  if (!(error instanceof Error && 'status' in error && typeof error.status === 'number')) {
    return null;
  }
  return error.status >= 400 && error.status < 500 ? error.status : null;
}

function phrase(status: number): string {
  return STATUS_CODES[status] ?? 'Error';
}
