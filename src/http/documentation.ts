import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type Router from '@koa/router';
import { openApiDocument } from './openapi';
import type { Route } from './route';

/** Pages load only their own scripts, styles and the two bundled libraries; nothing comes from other hosts. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  'worker-src blob:',
  "frame-ancestors 'none'",
].join('; ');

const swagger = (file: string) =>
  path.join(path.dirname(require.resolve('swagger-ui-dist/package.json')), file);

const ASSETS: Readonly<Record<string, { file: string; type: string }>> = {
  '/docs/swagger-ui.css': { file: swagger('swagger-ui.css'), type: 'css' },
  '/docs/swagger-ui-bundle.js': { file: swagger('swagger-ui-bundle.js'), type: 'js' },
  '/redoc/redoc.standalone.js': {
    file: require.resolve('redoc/bundles/redoc.standalone.js'),
    type: 'js',
  },
};

/** Redoc's script fetches this logo from another host; a transparent dot replaces it. */
const REDOC_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const DOT = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

const SCRIPTS: Readonly<Record<string, string>> = {
  '/docs/start.js':
    "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', validatorUrl: null });",
  '/redoc/start.js':
    "Redoc.init('/openapi.json', { disableSearch: true, hideDownloadButton: false, theme: { typography: " +
    "{ fontFamily: 'system-ui, sans-serif', headings: { fontFamily: 'system-ui, sans-serif' } } } }, " +
    "document.getElementById('page'));",
};

const page = (head: string, scripts: readonly string[]) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Image Processor</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">${head}</head>
<body><div id="page"></div>
${scripts.map((script) => `<script src="${script}"></script>`).join('\n')}
</body></html>`;

const PAGES: Readonly<Record<string, string>> = {
  '/docs': page('<link rel="stylesheet" href="/docs/swagger-ui.css">', [
    '/docs/swagger-ui-bundle.js',
    '/docs/start.js',
  ]),
  '/redoc': page('', ['/redoc/redoc.standalone.js', '/redoc/start.js']),
};

/** Serves the OpenAPI document of the routes, and two pages that display it. */
export function serveDocumentation(router: Router, routes: readonly Route[]): void {
  const document = openApiDocument(routes);

  router.get('/', (ctx) => {
    ctx.redirect('/docs');
  });
  router.get('/openapi.json', (ctx) => {
    ctx.body = document;
  });
  for (const [url, html] of Object.entries(PAGES)) {
    router.get(url, (ctx) => {
      ctx.set('Content-Security-Policy', POLICY);
      ctx.type = 'html';
      ctx.body = html;
    });
  }
  for (const [url, script] of Object.entries(SCRIPTS)) {
    router.get(url, (ctx) => {
      ctx.type = 'js';
      ctx.body = script;
    });
  }
  for (const [url, { file, type }] of Object.entries(ASSETS)) {
    router.get(url, async (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=86400');
      ctx.type = type;
      ctx.body = (await readFile(file, 'utf8')).replaceAll(REDOC_LOGO, DOT);
    });
  }
}
