import { messageOf, Refusal } from '../errors';
import type { ApiDependencies } from './dependencies';
import type { Route } from './route';
import { jsonResponse, unavailableResponse } from './responses';
import { z } from 'zod';

/** The one call that needs no server. */
export const LIVE_PATH = '/health/live';

const alive = z.object({ status: z.literal('ok') });

export function liveRoute(): Route {
  return {
    config: {
      method: 'get',
      path: LIVE_PATH,
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

export function readyRoute({ health }: Pick<ApiDependencies, 'health'>): Route {
  return {
    config: {
      method: 'get',
      path: '/health/ready',
      operationId: 'getReadiness',
      tags: ['Service'],
      summary: 'Whether uploads can be taken',
      responses: {
        200: jsonResponse('They can.', alive),
        503: unavailableResponse('Names what is down.'),
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
