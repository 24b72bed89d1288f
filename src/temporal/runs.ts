import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import type { ImageRequestInput } from '../../workflows/imageRequest';
import { IMAGE_REQUEST_WORKFLOW, STATUS_QUERY, workflowIdOf } from '../../workflows/names';
import type { StatusReport } from '../../workflows/progress';
import type { TemporalSettings } from './settings';

/** An upload waits this long for Temporal before it is refused. */
const START_DEADLINE_MS = 5_000;
/** A poll is answered from the record when the workflow has not answered by then. */
const QUERY_DEADLINE_MS = 1_000;
const PING_DEADLINE_MS = 2_000;

/** The runs of requests in Temporal, as the API sees them. */
export interface Runs {
  /** Starts the workflow of a request; a start that is repeated is one start. */
  start(input: ImageRequestInput, summary: string): Promise<void>;
  /** Asks the running workflow; rejects within about a second when it cannot answer. */
  status(requestId: string): Promise<StatusReport>;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Connects at the first call, so that the API starts while Temporal is down. */
export function createRuns(settings: TemporalSettings, taskQueue: string): Runs {
  const { namespace } = settings;
  const connection = Connection.lazy(settings.connection);
  const client = new Client({ connection, namespace });

  return {
    async start(input, summary) {
      const { requestId, counts } = input;
      try {
        await client.withDeadline(Date.now() + START_DEADLINE_MS, () =>
          client.workflow.start(IMAGE_REQUEST_WORKFLOW, {
            workflowId: workflowIdOf(requestId),
            workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
            taskQueue,
            args: [input],
            staticSummary: summary,
            priority: { priorityKey: priorityOf(counts.total), fairnessKey: requestId },
          }),
        );
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    status: (requestId) =>
      client.withDeadline(Date.now() + QUERY_DEADLINE_MS, () =>
        client.workflow.getHandle(workflowIdOf(requestId)).query<StatusReport>(STATUS_QUERY),
      ),

    async ping() {
      await client.withDeadline(Date.now() + PING_DEADLINE_MS, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
    },

    close: () => connection.close(),
  };
}

/** Small requests first: 1 up to a hundred images, one more for each further power of ten, to 5. */
function priorityOf(images: number): number {
  return Math.min(Math.max(Math.ceil(Math.log10(Math.max(images, 1))) - 1, 1), 5);
}
