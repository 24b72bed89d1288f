import { BULK_ACTIONS, BULK_STATUSES } from '../actions';
import { oneOf } from './fields';
import { requestFilter } from './requests';
import { z } from './zod';

const MAX_IDS = 1_000;

const requestIds = z
  .array(z.uuid('Expected a request id'), `Expected a list of 1 to ${MAX_IDS} request ids`)
  .min(1, 'Expected at least one request id')
  .max(MAX_IDS, `Expected at most ${MAX_IDS} request ids; use a filter for more`)
  .transform((ids) => [...new Set(ids.map((id) => id.toLowerCase()))]);

export const newOperation = z
  .strictObject({
    action: oneOf(BULK_ACTIONS),
    request_ids: requestIds.optional().openapi({
      description: 'The requests. An id that stands twice counts once; an unknown one is skipped.',
    }),
    filter: z
      .strictObject(requestFilter)
      .optional()
      .openapi({
        description:
          'Selects requests as `GET /image/requests` does, of those uploaded before the operation. ' +
          'An empty filter selects all.',
      }),
  })
  .refine(
    ({ request_ids, filter }) => (request_ids === undefined) !== (filter === undefined),
    'Expected either request_ids or filter',
  )
  .openapi('NewOperation', {
    oneOf: [{ required: ['request_ids'] }, { required: ['filter'] }],
  });

/** As the client accepts it. */
export type NewOperation = z.input<typeof newOperation>;

export const operationStarted = z
  .object({
    operation_id: z.string(),
    matched: z.int().openapi({ description: 'How many requests it is about.' }),
  })
  .openapi('OperationStarted');

export type OperationStarted = z.output<typeof operationStarted>;

export const operation = z
  .object({
    operation_id: z.string(),
    action: z.enum(BULK_ACTIONS),
    status: z.enum(BULK_STATUSES).openapi({
      description:
        '`completed`: every request was examined. `stopped`: it ended before that because it was asked to. ' +
        '`failed`: its workflow was ended from outside.',
    }),
    matched: z.int().openapi({ description: 'How many requests matched when it started.' }),
    done: z.int().openapi({ description: 'Requests for which the action was taken.' }),
    skipped: z.int().openapi({
      description:
        'Requests that could not take the action, as the single call would answer 409 or 404.',
    }),
    failed: z
      .int()
      .openapi({ description: 'Requests for which the action failed at every attempt.' }),
  })
  .openapi('Operation');

export type Operation = z.output<typeof operation>;

export const operationIdParams = z.object({
  operation_id: z.string().openapi({ format: 'uuid', description: 'As returned by the start.' }),
});
