import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { Refusal } from '../errors';

/** Open to all: orchestrators probe health, people read docs, result CSVs link to files. */
const OPEN = /^\/($|health\/|docs(\/|$)|redoc(\/|$)|openapi\.json\/?$|image\/files\/)/;

export function isOpen(path: string): boolean {
  return OPEN.test(path);
}

/** Without keys, everyone may call. */
export function requireKey(keys: readonly string[]): Middleware {
  const digests = keys.map(digest);

  return async (ctx, next) => {
    if (digests.length > 0 && !isOpen(ctx.path) && !isKnown(keyOf(ctx))) {
      throw new Refusal(
        'unauthorized',
        'Expected a known key as "Authorization: Bearer KEY" or "X-API-Key: KEY"',
      );
    }
    await next();
  };

  /** Digests are of one length, and each is compared to the end: the time tells nothing of the keys. */
  function isKnown(key: string): boolean {
    const candidate = digest(key);
    return digests.map((known) => timingSafeEqual(known, candidate)).includes(true);
  }
}

function keyOf(ctx: Context): string {
  const bearer = /^Bearer +(.+)$/i.exec(ctx.get('Authorization'))?.[1];
  return bearer ?? ctx.get('X-API-Key');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
