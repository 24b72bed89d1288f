import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { UNNAMED, type ApiKey, type Caller } from '../callers';
import { Refusal } from '../errors';

/** Paths that need no key: orchestrators probe health, people read docs, result CSVs link to files. */
const OPEN = /^\/($|health\/|docs(\/|$)|redoc(\/|$)|openapi\.json\/?$|image\/files\/)/;

export function isOpen(path: string): boolean {
  return OPEN.test(path);
}

/** Finds the caller by its key. Without configured keys, every caller has all rights. */
export function identifyCaller(keys: readonly ApiKey[]): Middleware {
  const known = keys.map(({ key, name, right }) => ({
    digest: digest(key),
    caller: { name, right },
  }));

  return async (ctx, next) => {
    if (!isOpen(ctx.path)) {
      const caller = keys.length === 0 ? UNNAMED : callerWith(keyOf(ctx));
      if (caller === undefined) {
        throw new Refusal(
          'unauthorized',
          'Expected a known key as "Authorization: Bearer KEY" or "X-API-Key: KEY"',
        );
      }
      (ctx.state as State).caller = caller;
    }
    await next();
  };

  /** Digests have one length and every one is compared to its end, so timing reveals nothing about the keys. */
  function callerWith(key: string): Caller | undefined {
    const candidate = digest(key);
    const isKey = known.map((one) => timingSafeEqual(one.digest, candidate));
    return known[isKey.indexOf(true)]?.caller;
  }
}

interface State {
  caller?: Caller;
}

/** Returns the caller that {@link identifyCaller} found; none is looked for at open paths. */
export function callerOf(ctx: Context): Caller {
  const { caller } = ctx.state as State;
  if (caller === undefined) throw new Error(`No caller is identified at ${ctx.path}`);
  return caller;
}

function keyOf(ctx: Context): string {
  const bearer = /^Bearer +(.+)$/i.exec(ctx.get('Authorization'))?.[1];
  return bearer ?? ctx.get('X-API-Key');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
