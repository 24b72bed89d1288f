import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Config } from '../config';
import type { FileStore } from '../files/store';
import type { Logger } from '../logger';
import type { Records } from '../records/open';
import type { Upload } from '../requests/accept';
import type { StatusReport } from '../../workflows/progress';
import { requireKey } from './auth';
import { serveDocumentation } from './documentation';
import { fileRoute } from './files';
import { liveRoute, readyRoute } from './health';
import { imagesRoute } from './images';
import { answerProblems } from './problems';
import { requestRoute } from './requests';
import { resultRoute } from './result';
import type { Route } from './route';
import { statusRoute } from './status';
import { uploadRoute } from './upload';

/** What the calls need; each is used by the routes that name it. */
export interface ApiDependencies {
  readonly config: Config;
  readonly logger: Logger;
  readonly files: FileStore;
  readonly records: Pick<Records, 'requests' | 'rows' | 'images' | 'deliveries'>;
  readonly requests: {
    /** @throws Refusal */
    accept(upload: Upload): Promise<string>;
    /** @throws Refusal `not_found` */
    status(requestId: string): Promise<StatusReport>;
  };
  /** Each resolves when the service it is named after answers. */
  readonly health: Readonly<Record<string, () => Promise<void>>>;
}

export function createApp(deps: ApiDependencies): Koa {
  const routes = [
    uploadRoute(deps),
    statusRoute(deps),
    resultRoute(deps),
    requestRoute(deps),
    imagesRoute(deps),
    fileRoute(deps),
    liveRoute(),
    readyRoute(deps),
  ];
  const router = createRouter(routes);
  serveDocumentation(router, routes);
  return createKoa(deps.logger, [requireKey(deps.config.API_KEYS)], router);
}

/** What answers while MongoDB is not reached for the first time: the process lives, and takes nothing. */
export function createStartingApp(logger: Logger): Koa {
  const health = {
    mongodb: () => Promise.reject(new Error('the service is starting and has not reached it yet')),
  };
  const ready = readyRoute({ health });
  const router = createRouter([liveRoute(), ready]);
  router.all('/{*path}', (ctx) => ready.handle(ctx, {}));
  return createKoa(logger, [], router);
}

function createKoa(logger: Logger, before: readonly Middleware[], router: Router): Koa {
  const app = new Koa();
  app.on('error', (error: unknown) => {
    // Koa reports here what breaks after the answer began, mostly clients that went away.
    logger.debug({ err: error }, 'An answer was cut off');
  });
  app.use(logCalls(logger));
  app.use(answerProblems(logger));
  for (const middleware of before) app.use(middleware);
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

function createRouter(routes: readonly Route[]): Router {
  const router = new Router();
  for (const { config, handle } of routes) {
    const url = config.path.replace(/\/$/, '').replace(/\{(\w+)\}/g, ':$1');
    router.register(url, [config.method], (ctx) => handle(ctx, ctx.params));
  }
  return router;
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
