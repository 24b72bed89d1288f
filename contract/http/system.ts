import { FINDINGS } from '../findings';
import { SYSTEM_PARTS } from '../system';
import { z } from './zod';

const instant = z.iso.datetime();

export const system = z
  .object({
    version: z.string(),
    parts: z.array(
      z.object({
        name: z.enum(SYSTEM_PARTS),
        is_up: z.boolean(),
        detail: z.string().openapi({
          description: 'A sentence: what it does, or what to do while it is down.',
        }),
      }),
    ),
    workers: z.array(
      z.object({
        id: z.string(),
        host: z.string(),
        version: z.string(),
        started_at: instant,
        seen_at: instant.openapi({ description: 'Within the last minute.' }),
        images_in_progress: z.int(),
      }),
    ),
    backlog: z.object({
      requests_pending: z.int(),
      requests_processing: z.int(),
      images_pending: z.int(),
    }),
    cooling_hosts: z
      .array(
        z.object({
          host: z.string(),
          until: instant.openapi({ description: 'When its next download may begin.' }),
          reason: z.string().openapi({ description: 'The error code of its answer.' }),
        }),
      )
      .openapi({
        description:
          'Hosts that asked for a pause (`Retry-After`), the soonest to be asked again first; at most 100.',
      }),
    findings: z
      .array(
        z.object({
          finding: z.enum(FINDINGS),
          request_id: z.string(),
          note: z.string(),
          at: instant,
        }),
      )
      .openapi({ description: 'The newest findings of the reconciler, newest first.' }),
    stored: z.object({
      requests: z.int(),
      images: z.int().openapi({ description: 'Occurrences of compressed images.' }),
      bytes: z.int().openapi({ description: 'Bytes of compressed images.' }),
    }),
    retention_days: z.number().openapi({
      description: 'Days after which a finished request is deleted; 0: never.',
    }),
  })
  .openapi('System');

export type System = z.output<typeof system>;
