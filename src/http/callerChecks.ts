import { isIP } from 'node:net';
import type { Middleware } from 'koa';
import { parseUrl } from '../../contract/url';
import { Refusal } from '../errors';

/**
 * Checks that protect callers' browsers. Without them, a web page could make a visitor's browser call a service in the
 * visitor's network: by a form or `fetch` (cross-site request forgery), or by a name of its own that it lets resolve to
 * the service (DNS rebinding).
 */

const LOCALHOST = /(^|\.)localhost$/;

/** Orchestrators probe these by any name; they reveal nothing. */
const ANY_HOST = '/health/';

/**
 * Refuses requests for other host names. Literal addresses always pass: rebinding needs a name.
 *
 * @param names besides `localhost` and its subdomains
 */
export function requireHost(names: readonly string[]): Middleware {
  const allowed = names.map(normalize);

  return async (ctx, next) => {
    const host = normalize(ctx.hostname);
    const isKnown = LOCALHOST.test(host) || isIP(host.replace(/^\[|\]$/g, '')) !== 0;
    if (!isKnown && !allowed.includes(host) && !ctx.path.startsWith(ANY_HOST)) {
      throw new Refusal(
        'wrong_host',
        `Expected a request to ${allowed[0] ?? 'localhost'}, received one to ${JSON.stringify(host)}; ` +
          'to allow it, add it to ALLOWED_HOSTS',
      );
    }
    await next();
  };
}

function normalize(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

const READS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses writes that a page of another site makes a browser send. Browsers add `Sec-Fetch-Site` and `Origin`; other
 * clients send neither and pass.
 *
 * @param publicOrigin of `PUBLIC_URL`: behind a proxy the `Host` header may be another
 * @see https://owasp.org/www-community/attacks/csrf
 */
export function refuseCrossSiteWrites(publicOrigin: string): Middleware {
  return async (ctx, next) => {
    const site = ctx.get('Sec-Fetch-Site');
    const origin = ctx.get('Origin');
    const isOurs =
      site === '' ? origin === '' || isOrigin(origin) : site === 'same-origin' || site === 'none';
    if (!READS.includes(ctx.method) && !isOurs) {
      throw new Refusal(
        'cross_site',
        'Expected a request from the service itself or from a program, received one from a page of another site',
      );
    }
    await next();

    function isOrigin(text: string): boolean {
      return text === publicOrigin || parseUrl(text)?.host === ctx.host;
    }
  };
}

/** Sets the headers that every response has; routes override `Cache-Control` for what never changes. */
export function setSecurityHeaders(): Middleware {
  return async (ctx, next) => {
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('X-Frame-Options', 'DENY');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.set('Cache-Control', 'no-store');
    await next();
  };
}
