import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { UNNAMED, type ApiKey, type Caller } from '../callers';
import { Refusal } from '../errors';
import { clientNetwork } from '../network/clientNetwork';

/** Paths that need no key: orchestrators probe health, people read docs, result CSVs link to files, the page asks for it. */
const OPEN =
  /^\/($|requests\/.|system\/?$|assets\/|health\/|docs(\/|$)|redoc(\/|$)|openapi\.json\/?$|image\/files\/)/;

export function isOpen(path: string): boolean {
  return OPEN.test(path);
}

/** Finds the caller by its key. Without configured keys, every caller has all rights. */
export function identifyCaller(keys: readonly ApiKey[]): Middleware {
  const known = keys.map(({ key, name, right }, index) => ({
    digest: digest(key),
    found: {
      caller: { name, right },
      limitedAs: () => (name === null ? `key ${index}` : `name ${name}`),
    },
  }));

  return (ctx, next) => {
    if (!isOpen(ctx.path)) {
      const found = keys.length === 0 ? anyone(ctx) : callerWith(keyOf(ctx));
      if (found === undefined) {
        throw new Refusal(
          'unauthorized',
          'Expected a known key as "Authorization: Bearer KEY" or "X-API-Key: KEY"',
        );
      }
      (ctx.state as State).identified = found;
    }
    return next();
  };

  /** Digests have one length and every one is compared to its end, so timing reveals nothing about the keys. */
  function callerWith(key: string): Identified | undefined {
    const candidate = digest(key);
    const isKey = known.map((one) => timingSafeEqual(one.digest, candidate));
    return known[isKey.indexOf(true)]?.found;
  }
}

function anyone(ctx: Context): Identified {
  const { socket } = ctx.req;
  return {
    caller: UNNAMED,
    limitedAs: () => `address ${clientNetwork(socket.remoteAddress ?? '')}`,
  };
}

interface Identified {
  readonly caller: Caller;
  /** Whom limits count: the name, else the position of the key in `API_KEYS`, else the client's network. */
  readonly limitedAs: () => string;
}

/** Returns the caller that {@link identifyCaller} found; none is looked for at open paths. */
export function callerOf(ctx: Context): Caller {
  return identifiedAt(ctx).caller;
}

/** Returns the same text for all calls that limits count together. */
export function limitedAs(ctx: Context): string {
  return identifiedAt(ctx).limitedAs();
}

/** Returns {@link limitedAs} as a short hash, to be recorded: addresses of clients are not kept. */
export function callerHash(ctx: Context): string {
  return digest(limitedAs(ctx)).toString('hex', 0, 8);
}

function identifiedAt(ctx: Context): Identified {
  const { identified } = ctx.state as State;
  if (identified === undefined) throw new Error(`No caller is identified at ${ctx.path}`);
  return identified;
}

interface State {
  identified?: Identified;
}

function keyOf(ctx: Context): string {
  const bearer = /^Bearer +(.+)$/i.exec(ctx.get('Authorization'))?.[1];
  return bearer ?? ctx.get('X-API-Key');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
