import {
  groupBy,
  requestsOf,
  type Evidence,
  type UploadedRequest,
  type Violations,
} from './evidence';
import { isFinished } from '../contract/statuses';
import type { Delivery } from './receiver';

export interface WebhooksChecked {
  readonly violations: Violations;
  readonly outcomes: number;
  /** Deliveries that the receiver had accepted before. */
  readonly repeats: number;
  /** Deliveries that the receiver refused. */
  readonly refused: number;
}

/** Checks that every outcome was delivered, or superseded by a retry, with one id and the same body each time. */
export function checkWebhooks(evidence: Evidence): WebhooksChecked {
  const deliveries = groupBy(evidence.deliveries, ({ id }) => id);
  const records = new Map(evidence.found.deliveries.map((record) => [record._id, record]));
  const ran = requestsOf(evidence);
  const outcomes = ran.flatMap(outcomesOf);
  const known = new Set(outcomes.map(({ id }) => id));
  const unknown = [...deliveries.keys()].filter((id) => !known.has(id));
  const accepted = evidence.deliveries.filter(({ answer }) => answer === 204);
  return {
    violations: [
      ...unknown.map((id) => `webhook ${id} belongs to no outcome`),
      ...outcomes.flatMap((outcome) => {
        const { id, isLast } = outcome;
        const state = records.get(id)?.state ?? 'not recorded';
        const isOver = state === 'delivered' || (state === 'superseded' && !isLast);
        const recorded = isOver ? [] : [`webhook ${id} is ${state}`];
        const isRequired = state === 'delivered' || isLast;
        return [...recorded, ...checkDeliveries(outcome, isRequired, deliveries.get(id) ?? [])];
      }),
    ],
    outcomes: outcomes.length,
    repeats: accepted.length - new Set(accepted.map(({ id }) => id)).size,
    refused: evidence.deliveries.length - accepted.length,
  };
}

interface Outcome {
  readonly request: UploadedRequest['request'];
  readonly id: string;
  /** Whether it is the outcome of the request's last round. */
  readonly isLast: boolean;
}

function outcomesOf({ request }: UploadedRequest): Outcome[] {
  return Array.from({ length: request.round }, (_, index) => ({
    request,
    id: `${request._id}.${index + 1}`,
    isLast: index + 1 === request.round,
  }));
}

function checkDeliveries(
  { request, id, isLast }: Outcome,
  isRequired: boolean,
  all: readonly Delivery[],
): Violations {
  const violations: Violations = [];
  if (isRequired && all.every(({ answer }) => answer !== 204))
    violations.push(`webhook ${id} was never accepted`);
  if (!all.every(({ signed }) => signed))
    violations.push(`webhook ${id} came without a valid signature`);
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
