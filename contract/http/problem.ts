import { z } from './zod';

/** The body of every error response: a sentence or, for validation errors, the list of faults. */
export const problem = z
  .object({
    detail: z.union([
      z.string(),
      z.array(
        z.object({
          loc: z.array(z.union([z.string(), z.int()])),
          msg: z.string(),
          type: z.string(),
        }),
      ),
    ]),
  })
  .openapi('Problem');

export type Problem = z.output<typeof problem>;
