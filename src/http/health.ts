import { messageOf, Refusal } from '../errors';
import type { Route } from './route';
import { jsonResponse, problemResponse } from './responses';
import { z } from 'zod';

/** Each resolves when the service it is named after answers. */
export type HealthChecks = Readonly<Record<string, () => Promise<void>>>;

const alive = z.object({ status: z.literal('ok') });

export function liveRoute(): Route {
  return {
    config: {
      method: 'get',
      path: '/health/live',
      operationId: 'getLiveness',
      tags: ['Service'],
      summary: 'Whether the process answers',
      responses: { 200: jsonResponse('It does.', alive) },
    },
    handle(ctx) {
      ctx.body = { status: 'ok' };
    },
  };
}

export function readyRoute({ health }: { health: HealthChecks }): Route {
  return {
    config: {
      method: 'get',
      path: '/health/ready',
      operationId: 'getReadiness',
      tags: ['Service'],
      summary: 'Whether uploads can be taken',
      responses: {
        200: jsonResponse('They can.', alive),
        503: problemResponse('Names what is down.'),
      },
    },
    async handle(ctx) {
      const checks = await Promise.all(
        Object.entries(health).map(async ([name, check]) => {
          try {
            await check();
            return [];
          } catch (error) {
            return [`${name} (${messageOf(error)})`];
          }
        }),
      );
      const down = checks.flat();
      if (down.length > 0) throw new Refusal('unavailable', `Down: ${down.join(', ')}`);
      ctx.body = { status: 'ok' };
    },
  };
}
