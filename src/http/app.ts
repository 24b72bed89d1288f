import { METHODS } from 'node:http';
import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Logger } from '../telemetry/logger';
import { requireKey } from './auth';
import type { ApiDependencies } from './dependencies';
import { serveDocumentation } from './documentation';
import { liveRoute, readyRoute } from './health';
import { timeCalls } from './metrics';
import { errorHandler } from './errorHandler';
import type { Route } from './route';
import { createRoutes } from './routes';

export function createApp(deps: ApiDependencies): Koa {
  const routes = createRoutes(deps);
  const router = createRouter(routes);
  serveDocumentation(router, routes);
  return createKoa(deps.logger, router, {
    around: [timeCalls(deps.metrics)],
    before: [requireKey(deps.config.API_KEYS)],
  });
}

interface Stages {
  /** They see the answer as it goes out, problems included. */
  readonly around: readonly Middleware[];
  /** What they throw is answered as a problem. */
  readonly before: readonly Middleware[];
}

/** What answers while MongoDB is not reached for the first time: the process lives, and takes nothing. */
export function createStartingApp(logger: Logger): Koa {
  const health = {
    mongodb: () => Promise.reject(new Error('the service is starting and has not reached it yet')),
  };
  const ready = readyRoute({ health });
  const router = createRouter([liveRoute(), ready]);
  router.all('/{*path}', (ctx) => ready.handle(ctx, {}));
  return createKoa(logger, router, { around: [], before: [] });
}

function createKoa(logger: Logger, router: Router, { around, before }: Stages): Koa {
  const app = new Koa();
  app.on('error', (error: unknown) => {
    // Koa reports here what breaks after the answer began, mostly clients that went away.
    logger.debug({ err: error }, 'An answer was cut off');
  });
  app.use(logCalls(logger));
  for (const middleware of around) app.use(middleware);
  app.use(errorHandler(logger));
  for (const middleware of before) app.use(middleware);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

function createRouter(routes: readonly Route[]): Router {
  // Methods that the router does not know would be answered 501.
  const router = new Router({ methods: METHODS });
  for (const { config, handle } of routes) {
    const url = config.path.replace(/\/$/, '').replace(/\{(\w+)\}/g, ':$1');
    router.register(url, [config.method], (ctx) => handle(ctx, ctx.params));
    if (hidesAnother(config.path, routes)) refuseOthers(router, url, config.method);
  }
  return router;
}

/** Whether another route's path has a parameter where this one has a word: `retry` is no request id. */
function hidesAnother(path: string, routes: readonly Route[]): boolean {
  return routes.some(({ config }) => {
    if (path.includes('{') || !config.path.includes('{')) return false;
    return new RegExp(`^${config.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  });
}

/** The router would give every other method to the route with the parameter. */
function refuseOthers(router: Router, url: string, method: string): void {
  router.all(url, (ctx) => {
    ctx.set('Allow', method.toUpperCase());
    ctx.status = ctx.method === 'OPTIONS' ? 200 : 405;
  });
}

/** Queries and headers may hold what is nobody's business: they are not logged. */
function logCalls(logger: Logger): Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    ctx.set('X-Content-Type-Options', 'nosniff');
    await next();
    const ms = Math.round(performance.now() - started);
    logger.info({ method: ctx.method, path: ctx.path, status: ctx.status, ms }, 'call');
  };
}
