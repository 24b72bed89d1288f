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
  // Most requests come from clients that name the same host.
  let passed: string | undefined;

  return (ctx, next) => {
    const { host: header } = ctx.req.headers;
    if (header !== undefined && header === passed) return next();
    const host = normalize(ctx.hostname);
    const isKnown = LOCALHOST.test(host) || isIP(host.replace(/^\[|\]$/g, '')) !== 0;
    if (isKnown || allowed.includes(host)) {
      passed = header;
    } else if (!ctx.path.startsWith(ANY_HOST)) {
      throw new Refusal(
        'wrong_host',
        `Expected a request to ${allowed[0] ?? 'localhost'}, received one to ${JSON.stringify(host)}; ` +
          'to allow it, add it to ALLOWED_HOSTS',
      );
    }
    return next();
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
  return (ctx, next) => {
    if (READS.includes(ctx.method)) return next();
    const site = ctx.get('Sec-Fetch-Site');
    const origin = ctx.get('Origin');
    const isOurs =
      site === '' ? origin === '' || isOrigin(origin) : site === 'same-origin' || site === 'none';
    if (!isOurs) {
      throw new Refusal(
        'cross_site',
        'Expected a request from the service itself or from a program, received one from a page of another site',
      );
    }
    return next();

    function isOrigin(text: string): boolean {
      return text === publicOrigin || parseUrl(text)?.host === ctx.host;
    }
  };
}

/** Sets the headers that every response has; routes override `Cache-Control` for what never changes. */
export function setSecurityHeaders(): Middleware {
  return ({ res }, next) => {
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.setHeader('X-Frame-Options', 'DENY');
    res.setHeader('Referrer-Policy', 'no-referrer');
    res.setHeader('Cache-Control', 'no-store');
    return next();
  };
}
