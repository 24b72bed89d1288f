import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Right } from '../callers';
import { Refusal, type Fault } from '../errors';

/** One operation: how it is documented and validated (by the same schemas), and its handler. */
export interface Route {
  readonly config: RouteConfig;
  /** What the caller's key must allow; `null`: no key is needed. */
  readonly right: Right | null;
  /** Gets the path's parameters in `params`, and writes the answer to `ctx`. */
  handle(ctx: Context, params: Readonly<Record<string, string>>): Promise<void> | void;
}

/** A route that changes something. */
export type WriteRoute = Route & { readonly right: Right };

export function isWrite(route: Route): route is WriteRoute {
  return route.right !== null && route.right !== 'read' && route.config.method !== 'get';
}

/** A body of thousands of faults is answered with the first ones. */
const MAX_FAULTS = 100;

/** @throws Refusal `invalid` with a fault for every issue, located as `[part, field]` */
export function validated<T extends z.ZodType>(
  schema: T,
  part: 'body' | 'query' | 'header',
  value: unknown,
): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue): Fault[] => {
    if (issue.code === 'unrecognized_keys') {
      const path = issue.path.map(String);
      const msg = `Unknown field; known are ${knownFields(schema, path).join(', ')}`;
      return issue.keys.map((key) => ({ loc: [part, ...path, key], msg, type: 'unknown_field' }));
    }
    return [{ loc: [part, ...issue.path.map(String)], msg: issue.message, type: issue.code }];
  });
  throw new Refusal('invalid', `The ${part} has faults`, faults.slice(0, MAX_FAULTS));
}

/** @param path of an object within the schema */
function knownFields(schema: unknown, path: readonly string[]): string[] {
  if (schema instanceof z.ZodOptional) return knownFields(schema.unwrap(), path);
  if (!(schema instanceof z.ZodObject)) return [];
  const [field, ...rest] = path;
  return field === undefined ? Object.keys(schema.shape) : knownFields(schema.shape[field], rest);
}
