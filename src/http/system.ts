import { system } from '../../contract/http/system';
import { visibleOwner } from '../callers';
import type { PartChecks, ShowSystem } from '../system/show';
import { callerOf } from './auth';
import { jsonResponse } from './responses';
import type { Route } from './route';

interface SystemRouteDeps {
  readonly showSystem: ShowSystem;
  readonly health: PartChecks;
}

export function systemRoute({ showSystem, health }: SystemRouteDeps): Route {
  return {
    right: 'read',
    config: {
      method: 'get',
      path: '/image/system',
      operationId: 'getSystem',
      tags: ['Service'],
      summary: 'Show which parts are up, and what the service is doing',
      description:
        'Answers 200 also while parts are down; what cannot be read then is empty or 0. An answer may be a second ' +
        'old, and `stored` 30 seconds. `findings` and `cooling_hosts` tell of requests of all callers: they are empty ' +
        'for a named key without the right `operate`.',
      responses: { 200: jsonResponse('The system.', system) },
    },
    async handle(ctx) {
      const shown = await showSystem(health);
      const seesAll = visibleOwner(callerOf(ctx)) === null;
      ctx.body = seesAll ? shown : { ...shown, findings: [], cooling_hosts: [] };
    },
  };
}
