import { groupBy, requestsOf, type Evidence, type Ran, type Violations } from './evidence';
import { isFinished } from '../contract/statuses';
import type { Delivery } from './receiver';

export interface WebhooksChecked {
  readonly violations: Violations;
  readonly outcomes: number;
  /** Deliveries of outcomes that had been taken before. */
  readonly repeats: number;
  /** Deliveries that the receiver refused. */
  readonly refused: number;
}

/** Every outcome was delivered under one id, or gave way to that of a retry, and said the same each time. */
export function checkWebhooks(evidence: Evidence): WebhooksChecked {
  const deliveries = groupBy(evidence.deliveries, ({ id }) => id);
  const records = new Map(evidence.found.deliveries.map((record) => [record._id, record]));
  const ran = requestsOf(evidence);
  const outcomes = ran.flatMap(outcomesOf);
  const due = new Set(outcomes.map(({ id }) => id));
  const strangers = [...deliveries.keys()].filter((id) => !due.has(id));
  const taken = evidence.deliveries.filter(({ answer }) => answer === 204);
  return {
    violations: [
      ...strangers.map((id) => `webhook ${id} is no outcome's`),
      ...outcomes.flatMap((outcome) => {
        const { id, isLast } = outcome;
        const state = records.get(id)?.state ?? 'not recorded';
        const isOver = state === 'delivered' || (state === 'superseded' && !isLast);
        const recorded = isOver ? [] : [`webhook ${id} is ${state}`];
        const isDue = state === 'delivered' || isLast;
        return [...recorded, ...checkDeliveries(outcome, isDue, deliveries.get(id) ?? [])];
      }),
    ],
    outcomes: outcomes.length,
    repeats: taken.length - new Set(taken.map(({ id }) => id)).size,
    refused: evidence.deliveries.length - taken.length,
  };
}

interface Outcome {
  readonly request: Ran['request'];
  readonly id: string;
  /** Of the round that the request ended in. */
  readonly isLast: boolean;
}

function outcomesOf({ request }: Ran): Outcome[] {
  return Array.from({ length: request.round }, (_, index) => ({
    request,
    id: `${request._id}.${index + 1}`,
    isLast: index + 1 === request.round,
  }));
}

function checkDeliveries(
  { request, id, isLast }: Outcome,
  isDue: boolean,
  all: readonly Delivery[],
): Violations {
  const violations: Violations = [];
  if (isDue && all.every(({ answer }) => answer !== 204))
    violations.push(`webhook ${id} was never taken`);
  if (!all.every(({ signed }) => signed))
    violations.push(`webhook ${id} came without a good signature`);
  const bodies = new Set(all.map(({ body }) => body));
  if (bodies.size > 1) violations.push(`webhook ${id} came with ${bodies.size} different bodies`);
  for (const body of bodies) {
    const said = JSON.parse(body) as Record<string, unknown>;
    const status = String(said['status']);
    const isTrue = isLast ? status === request.state : isFinished(status);
    if (said['request_id'] !== request._id || !isTrue) {
      violations.push(`webhook ${id} says ${body}, the request is ${request.state}`);
    }
  }
  return violations;
}
