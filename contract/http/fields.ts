import { z } from './zod';

/** Schemas of fields, parameters and variables. All parse strings, because forms, queries and environments hold strings. */

export function integer(low: number, high: number) {
  const range = `Expected a whole number from ${low} to ${high}`;
  return z
    .string(range)
    .regex(/^\d{1,15}$/, range)
    .transform(Number)
    .refine((value) => value >= low && value <= high, range)
    .openapi({ type: 'integer', minimum: low, maximum: high });
}

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `Expected one of ${values.join(', ')}`);

export const requestIdParams = z.object({
  request_id: z.string().openapi({ format: 'uuid', description: 'As returned by the upload.' }),
});

/** A date without a time means midnight in UTC. */
export const time = (description: string) =>
  z
    .union(
      [z.iso.date(), z.iso.datetime({ offset: true })],
      'Expected a date or a date-time with its zone, such as 2026-01-31 or 2026-01-31T08:00:00Z',
    )
    .transform((text) => new Date(text))
    .optional()
    .openapi({ type: 'string', description });
