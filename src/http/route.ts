import type { RouteConfig } from '@asteasolutions/zod-to-openapi';
import type { Context } from 'koa';
import type { z } from 'zod';
import { Refusal, type Fault } from '../errors';

/** One call: how it is documented (and by the same schemas validated), and what answers it. */
export interface Route {
  readonly config: RouteConfig;
  /** The path's parameters are in `params`; the answer goes into `ctx`. */
  handle(ctx: Context, params: Readonly<Record<string, string>>): Promise<void> | void;
}

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
      return issue.keys.map((key) => ({
        loc: [part, key],
        msg: 'Unknown field; remove it or correct its name',
        type: 'unknown_field',
      }));
    }
    return [{ loc: [part, ...issue.path.map(String)], msg: issue.message, type: issue.code }];
  });
  throw new Refusal('invalid', `The ${part} has faults`, faults);
}
