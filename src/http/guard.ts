import type { Context } from 'koa';
import { hasRight, type Right } from '../callers';
import { Refusal } from '../errors';
import { callerOf } from './auth';
import type { Route } from './route';

/** Puts the checks of the caller before a route's handler. */
export function guarded(route: Route): Route {
  const { right, handle } = route;
  if (right === null) return route;
  return {
    ...route,
    async handle(ctx, params) {
      requireRight(ctx, right);
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
