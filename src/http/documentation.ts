import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type Router from '@koa/router';
import { createCache } from '../cache';
import { createAsset, sendAsset, type Asset } from './asset';
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

const LIBRARIES: Readonly<Record<string, { file: string; type: string }>> = {
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

/** Relative to the script: a proxy may serve all of this under a path of its own. */
const DOCUMENT = "new URL('../openapi.json', document.currentScript.src).href";

const SCRIPTS: Readonly<Record<string, string>> = {
  '/docs/start.js': `SwaggerUIBundle({ url: ${DOCUMENT}, dom_id: '#page', validatorUrl: null });`,
  '/redoc/start.js':
    `Redoc.init(${DOCUMENT}, { disableSearch: true, hideDownloadButton: false, theme: { typography: ` +
    "{ fontFamily: 'system-ui, sans-serif', headings: { fontFamily: 'system-ui, sans-serif' } } } }, " +
    "document.getElementById('page'));",
};

interface Files {
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/** @param folder where its files are, relative to the page, whose own address may end with a slash */
const page = (folder: string, { styles, scripts }: Files) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Image Processor</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
${styles.map((style) => `<link rel="stylesheet" href="${folder}/${style}">`).join('\n')}</head>
<body><div id="page"></div>
${scripts.map((script) => `<script src="${folder}/${script}"></script>`).join('\n')}
</body></html>`;

const PAGES: Readonly<Record<string, Files>> = {
  docs: { styles: ['swagger-ui.css'], scripts: ['swagger-ui-bundle.js', 'start.js'] },
  redoc: { styles: [], scripts: ['redoc.standalone.js', 'start.js'] },
};

const DAY_MS = 24 * 60 * 60 * 1000;

/** Reading and compressing the libraries takes a moment, so it waits for the first request for one of them. */
const libraries = createCache<Asset>({ keptMs: DAY_MS });

function loadLibrary({ file, type }: { file: string; type: string }): Promise<Asset> {
  return libraries(file, async () => {
    const text = await readFile(file, 'utf8');
    return createAsset(type, text.replaceAll(REDOC_LOGO, DOT));
  });
}

/** Serves the OpenAPI document of the routes, and two pages that display it. */
export function serveDocumentation(router: Router, routes: readonly Route[]): void {
  const document = createAsset('json', JSON.stringify(openApiDocument(routes)));
  router.get('/openapi.json', (ctx) => {
    sendAsset(ctx, document);
  });
  for (const [name, files] of Object.entries(PAGES)) {
    const withSlash = createAsset('html', page('.', files));
    const withoutSlash = createAsset('html', page(name, files));
    router.get(`/${name}`, (ctx) => {
      ctx.set('Content-Security-Policy', POLICY);
      sendAsset(ctx, ctx.path.endsWith('/') ? withSlash : withoutSlash);
    });
  }
  for (const [url, script] of Object.entries(SCRIPTS)) {
    const asset = createAsset('js', script);
    router.get(url, (ctx) => {
      sendAsset(ctx, asset);
    });
  }
  for (const [url, library] of Object.entries(LIBRARIES)) {
    router.get(url, async (ctx) => {
      const asset = await loadLibrary(library);
      ctx.set('Cache-Control', 'public, max-age=86400');
      sendAsset(ctx, asset);
    });
  }
}
