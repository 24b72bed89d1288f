import { isStorageError, messageOf, Refusal } from '../errors';
import type { Logger } from '../telemetry/logger';
import type { Route } from './route';
import { jsonResponse, retryLaterResponse } from './responses';
import { z } from 'zod';

/** By name of the service; each resolves when that service answers. */
export type HealthChecks = Readonly<Record<string, () => Promise<void>>>;

/** The only path that needs no server. */
export const LIVE_PATH = '/health/live';

export interface ReadyDeps {
  readonly health: HealthChecks;
  /** Gets the reasons: callers may be strangers and are told only what is down. */
  readonly logger: Logger;
}

const alive = z.object({ status: z.literal('ok') });

export function liveRoute(): Route {
  return {
    right: null,
    config: {
      method: 'get',
      path: LIVE_PATH,
      operationId: 'getLiveness',
      tags: ['Service'],
      summary: 'Check that the process answers',
      responses: { 200: jsonResponse('The process answers.', alive) },
    },
    handle(ctx) {
      ctx.body = { status: 'ok' };
    },
  };
}

export function readyRoute({ health, logger }: ReadyDeps): Route {
  return {
    right: null,
    config: {
      method: 'get',
      path: '/health/ready',
      operationId: 'getReadiness',
      tags: ['Service'],
      summary: 'Check that uploads can be accepted',
      responses: {
        200: jsonResponse('MongoDB, Temporal and the storage answer.', alive),
        503: retryLaterResponse(
          'The services that are down, by name; `storage` with the error code in parentheses.',
        ),
      },
    },
    async handle(ctx) {
      const checks = await Promise.all(
        Object.entries(health).map(async ([name, check]) => {
          try {
            await check();
            return [];
          } catch (error) {
            logger.warn({ server: name, reason: messageOf(error) }, 'Readiness check failed');
            return [name + codeOf(error)];
          }
        }),
      );
      const down = checks.flat();
      if (down.length > 0) throw new Refusal('unavailable', `Down: ${down.join(', ')}`);
      ctx.body = { status: 'ok' };
    },
  };
}

/** The code tells an operator what to do and reveals no address or path. A store may send any text as its code. */
function codeOf(error: unknown): string {
  const code = isStorageError(error) ? error.code.replace(/[^A-Za-z0-9_]/g, '').slice(0, 100) : '';
  return code === '' ? '' : ` (${code})`;
}
