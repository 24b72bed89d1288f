import { z } from './zod';

export const failures = z
  .object({
    groups: z.array(
      z.object({
        code: z.string().openapi({
          description: 'The error code; `other` for the last group, if there are too many groups.',
        }),
        host: z
          .string()
          .nullable()
          .openapi({
            description:
              'The host of the links, with a port other than the default; `s3://` and the bucket for such links; ' +
              '`null` where there is none, such as for bad rows.',
          }),
        count: z.int().openapi({ description: 'Occurrences in the file, as in `counts.failed`.' }),
        message: z.string().openapi({ description: 'The message of one of them.' }),
        example_url: z.string().nullable().openapi({
          description: 'The link of one of them; `null` for rows without a link.',
        }),
        advice: z.string().openapi({ description: 'What it means and what to do, as sentences.' }),
      }),
    ),
  })
  .openapi('Failures');

export type Failures = z.output<typeof failures>;
export type FailureGroup = Failures['groups'][number];
