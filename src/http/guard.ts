import type { Context } from 'koa';
import { hasRight, visibleOwner, type Right } from '../callers';
import { Refusal } from '../errors';
import type { Operations } from '../requests/operations';
import { callerOf } from './auth';
import { isWrite, type Route } from './route';
import type { WriteLimit } from './writeLimit';

interface GuardDeps {
  readonly requests: Pick<Operations, 'requireVisible'>;
  readonly countWrite: WriteLimit;
}

/**
 * Puts the checks of the caller before a route's handler: its right, how much it writes, and whether it may know of
 * the request that the path names. A request of another owner is answered 404, so that ids of others cannot be found
 * out.
 */
export function guarded(route: Route, { requests, countWrite }: GuardDeps): Route {
  const { right, handle } = route;
  if (right === null) return route;
  return {
    ...route,
    async handle(ctx, params) {
      requireRight(ctx, right);
      if (isWrite(route)) await countWrite(ctx);
      const { request_id } = params;
      const owner = visibleOwner(callerOf(ctx));
      if (request_id !== undefined && owner !== null) {
        await requests.requireVisible(request_id, owner);
      }
      await handle(ctx, params);
    },
  };
}

function requireRight(ctx: Context, needed: Right): void {
  const caller = callerOf(ctx);
  if (hasRight(caller, needed)) return;
  throw new Refusal(
    'forbidden',
    `Expected a key with the right "${needed}", received one with "${caller.right}"`,
  );
}
