import { groupBy, requestsOf, type Evidence, type Ran, type Violations } from './evidence';
import type { Delivery } from './receiver';

export interface WebhooksChecked {
  readonly violations: Violations;
  readonly outcomes: number;
  /** Deliveries of outcomes that had been taken before. */
  readonly repeats: number;
  /** Deliveries that the receiver refused. */
  readonly refused: number;
}

const FIRST_ROUND = 1;

/** Every outcome was delivered, under one id, and said the same each time. */
export function checkWebhooks(evidence: Evidence): WebhooksChecked {
  const deliveries = groupBy(evidence.deliveries, ({ id }) => id);
  const records = new Map(evidence.found.deliveries.map((record) => [record._id, record]));
  const ran = requestsOf(evidence);
  const due = new Set(ran.map(webhookIdOf));
  const strangers = [...deliveries.keys()].filter((id) => !due.has(id));
  const taken = evidence.deliveries.filter(({ answer }) => answer === 204);
  return {
    violations: [
      ...strangers.map((id) => `webhook ${id} is no outcome's`),
      ...ran.flatMap((one) => {
        const id = webhookIdOf(one);
        const state = records.get(id)?.state ?? 'not recorded';
        const recorded = state === 'delivered' ? [] : [`webhook ${id} is ${state}`];
        return [...recorded, ...checkDeliveries(id, one, deliveries.get(id) ?? [])];
      }),
    ],
    outcomes: ran.length,
    repeats: taken.length - new Set(taken.map(({ id }) => id)).size,
    refused: evidence.deliveries.length - taken.length,
  };
}

function webhookIdOf({ request }: Ran): string {
  return `${request._id}.${FIRST_ROUND}`;
}

function checkDeliveries(id: string, { request }: Ran, all: readonly Delivery[]): Violations {
  const violations: Violations = [];
  if (all.every(({ answer }) => answer !== 204)) violations.push(`webhook ${id} was never taken`);
  if (!all.every(({ signed }) => signed))
    violations.push(`webhook ${id} came without a good signature`);
  const bodies = new Set(all.map(({ body }) => body));
  if (bodies.size > 1) violations.push(`webhook ${id} came with ${bodies.size} different bodies`);
  for (const body of bodies) {
    const said = JSON.parse(body) as Record<string, unknown>;
    if (said['request_id'] !== request._id || said['status'] !== request.state) {
      violations.push(`webhook ${id} says ${body}, the request is ${request.state}`);
    }
  }
  return violations;
}
