import type { Context } from 'koa';

/**
 * Whether the client has the content that the response describes by `ETag` and `Last-Modified`. `If-Modified-Since`
 * counts only without `If-None-Match` (RFC 9110 §13.2.2). Koa's `fresh` sends it again to clients that also send
 * `Cache-Control: no-cache`, as `fetch` does; that header is meant for caches, and this is the origin.
 */
export function clientHas(ctx: Context): boolean {
  const tags = ctx.get('If-None-Match');
  if (tags === '') {
    return (
      Date.parse(ctx.response.get('Last-Modified')) <= Date.parse(ctx.get('If-Modified-Since'))
    );
  }
  const known = tags.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(ctx.response.get('ETag')) || known.includes('*');
}

/**
 * Whether `Range` applies: there is no `If-Range`, or it equals the response's `ETag` or `Last-Modified`. A weak tag never
 * matches (RFC 9110 §13.1.5).
 */
export function rangeApplies(ctx: Context): boolean {
  const { response } = ctx;
  return ['', response.get('ETag'), response.get('Last-Modified')].includes(ctx.get('If-Range'));
}
