import type { Context } from 'koa';

/**
 * Whether the client has what the response's `ETag` names. Koa's `fresh` sends it again to clients that also send
 * `Cache-Control: no-cache`, as `fetch` does; that header is meant for caches, and this is the origin.
 */
export function clientHas(ctx: Context): boolean {
  const known = ctx
    .get('If-None-Match')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(ctx.response.get('ETag')) || known.includes('*');
}
