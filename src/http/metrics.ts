import type { Middleware } from 'koa';
import { z } from 'zod';
import type { ApiMetrics } from '../telemetry/metrics/api';
import { expose } from '../telemetry/metrics/registry';
import type { Route } from './route';

export function metricsRoute({ metrics }: { metrics: ApiMetrics }): Route {
  const exposition = expose(metrics.registry);

  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/metrics',
      operationId: 'getMetrics',
      tags: ['Service'],
      summary: 'Get the metrics of this API process',
      responses: {
        200: {
          description: "Prometheus' text format; workers serve their own metrics.",
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

/** Measures until the answer begins; streaming the body is not counted, since the client sets its speed. */
export function timeCalls(metrics: ApiMetrics): Middleware {
  const templates = new Map<string, string>();

  return async (ctx, next) => {
    const started = performance.now();
    await next();
    const ms = performance.now() - started;
    metrics.called(ctx.method, routeOf(ctx), ctx.status, ms);
  };

  /** The route template that matched, as the OpenAPI document writes it. */
  function routeOf(ctx: object): string | null {
    const matched = '_matchedRoute' in ctx ? ctx._matchedRoute : null;
    if (typeof matched !== 'string') return null;
    const template = templates.get(matched) ?? matched.replaceAll(/:(\w+)/g, '{$1}');
    templates.set(matched, template);
    return template;
  }
}
