import { METHODS } from 'node:http';
import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import { StorageUnavailable } from '../errors';
import type { Logger } from '../telemetry/logger';
import { identifyCaller } from './auth';
import { refuseCrossSiteWrites, requireHost, setSecurityHeaders } from './callerChecks';
import { serveDocumentation } from './documentation';
import { liveRoute, readyRoute } from './health';
import { timeCalls } from './metrics';
import { servePage } from './page';
import { errorHandler } from './errorHandler';
import { guarded } from './guard';
import type { Route } from './route';
import { createRoutes, type AppDependencies } from './routes';
import { createWriteLimit } from './writeLimit';

export function createApp(deps: AppDependencies): Koa {
  const { API_KEYS, ALLOWED_HOSTS, PUBLIC_URL, SAMPLE_FILE } = deps.config;
  const routes = createRoutes(deps);
  const countWrite = createWriteLimit(deps.config.RATE_LIMIT_WRITES_PER_MINUTE);
  const router = createRouter(
    routes.map((route) => guarded(route, { requests: deps.requests, countWrite })),
  );
  serveDocumentation(router, routes);
  servePage(router, {
    folder: deps.pageFolder,
    publicUrl: PUBLIC_URL,
    sampleFile: SAMPLE_FILE,
  });
  return createKoa(deps.logger, router, {
    around: [timeCalls(deps.metrics)],
    before: [
      requireHost([new URL(PUBLIC_URL).hostname, ...ALLOWED_HOSTS]),
      refuseCrossSiteWrites(new URL(PUBLIC_URL).origin),
      identifyCaller(API_KEYS),
    ],
  });
}

interface Stages {
  /** Run outside the error handler: they see the final answer, errors included. */
  readonly around: readonly Middleware[];
  /** Run inside the error handler: what they throw becomes an error answer. */
  readonly before: readonly Middleware[];
}

/** Answers until MongoDB is reached for the first time: live, but not ready. */
export function createStartingApp(logger: Logger): Koa {
  const health = {
    mongodb: () => Promise.reject(new Error('the service is starting and has not reached it yet')),
  };
  const ready = readyRoute({ health, logger });
  const router = createRouter([liveRoute(), ready]);
  router.all('/{*path}', (ctx) => ready.handle(ctx, {}));
  return createKoa(logger, router, { around: [], before: [] });
}

function createKoa(logger: Logger, router: Router, { around, before }: Stages): Koa {
  const app = new Koa();
  // Koa reports errors here that occur after the answer began, mostly because the client disconnected.
  // It reports a failed stream twice: as the body's error, and as that of the pipe into the answer.
  const logged = new WeakSet<StorageUnavailable>();
  app.on('error', (error: unknown) => {
    if (error instanceof StorageUnavailable) {
      if (logged.has(error)) return;
      logged.add(error);
      const reason = error.message;
      logger.warn({ reason }, 'Response aborted because the storage is unavailable');
    } else {
      logger.debug({ err: error }, 'Response aborted');
    }
  });
  app.use(logRequests(logger));
  app.use(setSecurityHeaders());
  for (const middleware of around) app.use(middleware);
  app.use(errorHandler(logger));
  for (const middleware of before) app.use(middleware);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

function createRouter(routes: readonly Route[]): Router {
  // The router answers 501 for methods that it does not know.
  const router = new Router({ methods: METHODS });
  for (const { config, handle } of routes) {
    const url = config.path.replace(/\/$/, '').replace(/\{(\w+)\}/g, ':$1');
    router.register(url, [config.method], (ctx) => handle(ctx, ctx.params));
    if (hidesAnother(config.path, routes)) refuseOthers(router, url, config.method);
  }
  return router;
}

/** Whether another route has a parameter where this path has a word: `retry` is not a request id. */
function hidesAnother(path: string, routes: readonly Route[]): boolean {
  return routes.some(({ config }) => {
    if (path.includes('{') || !config.path.includes('{')) return false;
    return new RegExp(`^${config.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  });
}

/** Without this, the router passes every other method to the route with the parameter. */
function refuseOthers(router: Router, url: string, method: string): void {
  router.all(url, (ctx) => {
    ctx.set('Allow', method.toUpperCase());
    ctx.status = ctx.method === 'OPTIONS' ? 200 : 405;
  });
}

/** Queries and headers may hold secrets or personal data: they are not logged. */
function logRequests(logger: Logger): Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    await next();
    if (!logger.isLevelEnabled('info')) return;
    const responseTime = Math.round(performance.now() - started);
    const req = { method: ctx.method, url: ctx.path };
    logger.info({ req, res: { statusCode: ctx.status }, responseTime }, 'request completed');
  };
}
