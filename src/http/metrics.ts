import type { Middleware } from 'koa';
import { z } from 'zod';
import type { ApiMetrics } from '../telemetry/metrics/api';
import { expose } from '../telemetry/metrics/registry';
import type { Route } from './route';

export function metricsRoute({ metrics }: { metrics: ApiMetrics }): Route {
  const exposition = expose(metrics.registry);

  return {
    config: {
      method: 'get',
      path: '/metrics',
      operationId: 'getMetrics',
      tags: ['Service'],
      summary: 'What this API process counts, for Prometheus',
      responses: {
        200: {
          description: "Prometheus' text format; workers serve their own.",
          content: { 'text/plain': { schema: z.string() } },
        },
      },
    },
    async handle(ctx) {
      ctx.type = exposition.contentType;
      ctx.body = await exposition.text();
    },
  };
}

/** Bodies are streamed after the time is taken: a slow reader is not a slow service. */
export function timeCalls(metrics: ApiMetrics): Middleware {
  return async (ctx, next) => {
    const started = performance.now();
    await next();
    const ms = performance.now() - started;
    metrics.called(ctx.method, routeOf(ctx), ctx.status, ms);
  };
}

/** The template that the router matched, spelt as the API's document spells it. */
function routeOf(ctx: object): string | null {
  const matched = '_matchedRoute' in ctx ? ctx._matchedRoute : null;
  return typeof matched === 'string' ? matched.replaceAll(/:(\w+)/g, '{$1}') : null;
}
