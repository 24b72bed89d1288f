import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { createAsset, sendAsset, type Asset } from './asset';

/**
 * The page loads only its own files and calls only this service; scripts and styles in the HTML itself do not run.
 * Pictures may be anywhere: originals are on the hosts of the links, and outputs where `STORAGE_LINKS` puts them.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: http: https:",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Every one gets the same HTML: the script reads from the address what to show. */
const PATHS = ['/', '/requests/*path', '/system'];

/** The HTML as it is built; its other addresses are relative to this one. */
const BASE = '<base href="/" />';

interface PageDeps {
  /** Where the build puts the page. */
  readonly folder: string;
  /** `PUBLIC_URL`: behind a proxy its path may have a prefix that the proxy removes. */
  readonly publicUrl: string;
}

/** Serves the page, and the scripts and styles that it loads. */
export function servePage(router: Router, { folder, publicUrl }: PageDeps): void {
  const page = createAsset('html', readPage(folder, publicUrl));
  for (const url of PATHS) {
    router.get(url, (ctx: Context) => {
      ctx.set('Content-Security-Policy', POLICY);
      ctx.set('Cache-Control', 'no-cache');
      sendAsset(ctx, page);
    });
  }
  for (const [name, asset] of readAssets(path.join(folder, 'assets'))) {
    router.get(`/assets/${name}`, (ctx: Context) => {
      // The name contains a hash of the content.
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
      sendAsset(ctx, asset);
    });
  }
}

function readPage(folder: string, publicUrl: string): string {
  const html = readFileSync(path.join(folder, 'index.html'), 'utf8');
  if (!html.includes(BASE)) throw new Error(`Expected ${BASE} in the HTML of the page`);
  const { pathname } = new URL(publicUrl);
  const prefix = pathname.replace(/\/*$/, '/').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return html.replace(BASE, () => `<base href="${prefix}" />`);
}

function readAssets(folder: string): [string, Asset][] {
  return readdirSync(folder).map((name) => {
    const text = readFileSync(path.join(folder, name), 'utf8');
    return [name, createAsset(path.extname(name), text)];
  });
}
