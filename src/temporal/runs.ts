import { randomUUID } from 'node:crypto';
import {
  CancelledFailure,
  Client,
  Connection,
  isGrpcDeadlineError,
  isGrpcServiceError,
  ScheduleNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  type WorkflowExecutionStatusName,
  type WorkflowHandle,
} from '@temporalio/client';
import type {
  BulkOperationInput,
  BulkOperationMemo,
  BulkRetryFilter,
  BulkRetryInput,
  BulkRetryProgress,
} from '../../activities/types';
import type { BulkStatus } from '../../contract/actions';
import type { History } from '@temporalio/common/lib/proto-utils';
import type { ImageRequestInput } from '../../workflows/imageRequest';
import {
  BULK_OPERATION_WORKFLOW,
  BULK_RETRY_WORKFLOW,
  FOLLOW_SIGNAL,
  IMAGE_REQUEST_WORKFLOW,
  PAUSE_SIGNAL,
  PROGRESS_QUERY,
  RECORDED_SIGNAL,
  STATUS_QUERY,
  workflowIdOf,
} from '../../workflows/names';
import type { StatusReport } from '../../contract/report';
import type { TemporalSettings } from './settings';

/** An upload or an operator's call is refused when Temporal has not answered within this time. */
const START_DEADLINE_MS = 5_000;
/** After this time a status is answered from the record instead of the workflow: within a second in all. */
const QUERY_DEADLINE_MS = 700;
const PING_DEADLINE_MS = 2_000;
const GRPC_NOT_FOUND = 5;
/** A long history has many pages. */
const HISTORY_DEADLINE_MS = 30_000;

const BULK_RETRY_PREFIX = 'bulk-retry/';
const bulkOperationWorkflowId = (operationId: string) => `bulk-operation/${operationId}`;

/** The workflow runs in Temporal: of requests, bulk operations and sweeps. */
export interface Runs {
  /** Starts the workflow of a request. Idempotent. */
  start(input: ImageRequestInput, summary: string): Promise<void>;
  /**
   * Gives the request's run a further task. The run continues with it after its delivery; if no run is open, a new one
   * starts. Durable once it resolves, with or without a worker. Idempotent by the input's token.
   */
  continueWith(input: ImageRequestInput, summary: string): Promise<void>;
  /** Tells the run of a request how many images each lane has so far. */
  tellRecorded(requestId: string, sizes: readonly number[]): Promise<void>;
  /** @returns false when no run is open */
  cancel(requestId: string): Promise<boolean>;
  /** The latest run; `null` when Temporal has none (any more). */
  latest(requestId: string): Promise<LatestRun | null>;
  /** Starts a workflow that retries every request that matches the filter. @returns its workflow id */
  startBulkRetry(filter: BulkRetryFilter): Promise<string>;
  /** Returns the progress of a bulk retry, after waiting up to `waitMs` for its end. */
  bulkRetry(workflowId: string, waitMs: number): Promise<BulkRetryReport>;
  /** Stops a bulk retry after the requests in progress. @returns false when no such bulk retry is running */
  stopBulkRetry(workflowId: string): Promise<boolean>;
  /** Starts a workflow that takes one action on many requests. */
  startBulkOperation(input: BulkOperationInput): Promise<void>;
  /** Returns a bulk operation, with or without a worker; `null` when Temporal has none of that id (any more). */
  bulkOperation(operationId: string): Promise<BulkOperationReport | null>;
  /** Stops a bulk operation after the requests in progress. @returns false when no such bulk operation is running */
  stopBulkOperation(operationId: string): Promise<boolean>;
  /** The page of the request's latest run in the Web UI; `null` when the address of the Web UI is not known. */
  pageOf(requestId: string): string | null;
  /** The history of a run, by default of the latest; `null` when Temporal has none (any more). */
  history(requestId: string, runId?: string): Promise<History | null>;
  /** Starts a sweep unless it runs; there is one per namespace and task queue. Removes its schedule of 0.1.0. */
  ensureSweep(sweep: Sweep): Promise<void>;
  /** Queries the running workflow; rejects within about a second when it cannot answer. */
  status(requestId: string): Promise<StatusReport>;
  /** Resolves when the server answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface BulkRetryReport extends BulkRetryProgress {
  readonly finished: boolean;
  /** Whether it ended because an operator stopped it. */
  readonly stopped: boolean;
}

export interface BulkOperationReport extends BulkOperationMemo {
  readonly status: BulkStatus;
}

export interface Sweep {
  readonly workflow: string;
  readonly summary: string;
  /** The workflow that a schedule of 0.1.0 started instead. */
  readonly scheduled: string;
}

export interface LatestRun {
  readonly status: WorkflowExecutionStatusName;
  readonly startedAt: Date;
}

/** Connects at the first call, so that the API can start while Temporal is down. */
export function createRuns(settings: TemporalSettings, taskQueue: string): Runs {
  const { namespace, uiUrl } = settings;
  const connection = Connection.lazy(settings.connection);
  const client = new Client({ connection, namespace });

  const inTime = <T>(call: () => Promise<T>) =>
    client.withDeadline(Date.now() + START_DEADLINE_MS, call);
  const cancelIfRunning = async (handle: WorkflowHandle): Promise<boolean> => {
    try {
      // The server accepts the cancellation of a closed run and reports no error.
      const { status } = await inTime(() => handle.describe());
      if (status.name !== 'RUNNING') return false;
      await inTime(() => handle.cancel());
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
  /** @returns `null` when there is no such schedule */
  const unlessMissing = async <T>(call: () => Promise<T>): Promise<T | null> => {
    try {
      return await inTime(call);
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return null;
      throw error;
    }
  };
  const handleOf = (requestId: string) => client.workflow.getHandle(workflowIdOf(requestId));
  const optionsOf = (input: ImageRequestInput, summary: string) => ({
    workflowId: workflowIdOf(input.requestId),
    taskQueue,
    args: [input] as [ImageRequestInput],
    staticSummary: summary,
    priority: { priorityKey: priorityOf(input.counts.pending), fairnessKey: input.requestId },
  });

  return {
    async start(input, summary) {
      try {
        await inTime(() =>
          client.workflow.start(IMAGE_REQUEST_WORKFLOW, {
            ...optionsOf(input, summary),
            workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
          }),
        );
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },

    async continueWith(input, summary) {
      await inTime(() =>
        client.workflow.signalWithStart(IMAGE_REQUEST_WORKFLOW, {
          ...optionsOf(input, summary),
          signal: FOLLOW_SIGNAL,
          signalArgs: [input],
        }),
      );
    },

    async tellRecorded(requestId, sizes) {
      await inTime(() => handleOf(requestId).signal(RECORDED_SIGNAL, sizes));
    },

    cancel: (requestId) => cancelIfRunning(handleOf(requestId)),

    async latest(requestId) {
      try {
        const { status, startTime } = await inTime(() => handleOf(requestId).describe());
        return { status: status.name, startedAt: startTime };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },

    async startBulkRetry(filter) {
      const input: BulkRetryInput = { filter, cursor: null, progress: { retried: 0, skipped: 0 } };
      const { workflowId } = await inTime(() =>
        client.workflow.start(BULK_RETRY_WORKFLOW, {
          workflowId: `${BULK_RETRY_PREFIX}${randomUUID()}`,
          taskQueue,
          args: [input],
          staticSummary: `Retry of every request that is ${filter.status.join(' or ')}`,
        }),
      );
      return workflowId;
    },

    async bulkRetry(workflowId, waitMs) {
      const handle = client.workflow.getHandle(workflowId);
      try {
        const progress = await client.withDeadline(
          Date.now() + waitMs,
          () => handle.result() as Promise<BulkRetryProgress>,
        );
        return { ...progress, finished: true, stopped: false };
      } catch (error) {
        const stopped =
          error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure;
        if (!stopped && !isGrpcDeadlineError(error)) throw error;
        const progress = await inTime(() => handle.query<BulkRetryProgress>(PROGRESS_QUERY));
        return { ...progress, finished: stopped, stopped };
      }
    },

    async stopBulkRetry(workflowId) {
      if (!workflowId.startsWith(BULK_RETRY_PREFIX)) return false;
      return cancelIfRunning(client.workflow.getHandle(workflowId));
    },

    async startBulkOperation(input) {
      const { operationId, action, matched, progress } = input;
      const memo: BulkOperationMemo = { action, matched, progress };
      await inTime(() =>
        client.workflow.start(BULK_OPERATION_WORKFLOW, {
          workflowId: bulkOperationWorkflowId(operationId),
          taskQueue,
          args: [input],
          memo: { ...memo },
          staticSummary: `${action} ${matched} ${matched === 1 ? 'request' : 'requests'}`,
        }),
      );
    },

    async bulkOperation(operationId) {
      const handle = client.workflow.getHandle(bulkOperationWorkflowId(operationId));
      try {
        const { status, memo } = await inTime(() => handle.describe());
        const { action, matched, progress } = memo as unknown as BulkOperationMemo;
        return { action, matched, progress, status: bulkStatusOf(status.name) };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },

    stopBulkOperation: (operationId) =>
      cancelIfRunning(client.workflow.getHandle(bulkOperationWorkflowId(operationId))),

    pageOf(requestId) {
      if (uiUrl === undefined) return null;
      const [space, id] = [namespace, workflowIdOf(requestId)].map(encodeURIComponent);
      return `${uiUrl}/namespaces/${space}/workflows/${id}`;
    },

    async history(requestId, runId) {
      const handle = client.workflow.getHandle(workflowIdOf(requestId), runId);
      const deadline = Date.now() + HISTORY_DEADLINE_MS;
      try {
        return await client.withDeadline(deadline, () => handle.fetchHistory());
      } catch (error) {
        if (isGrpcServiceError(error) && (error.code as number) === GRPC_NOT_FOUND) return null;
        throw error;
      }
    },

    async ensureSweep({ workflow, summary, scheduled }) {
      const schedule = client.schedule.getHandle(`${scheduled}/${taskQueue}`);
      const isPaused = await unlessMissing(() =>
        schedule.describe().then(({ state }) => state.paused),
      );
      const options = {
        workflowId: `${workflow}/${taskQueue}`,
        taskQueue,
        staticSummary: summary,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      };
      // A schedule that an operator paused becomes a paused sweep.
      if (isPaused === true) {
        const pausing = { ...options, signal: PAUSE_SIGNAL };
        await inTime(() => client.workflow.signalWithStart(workflow, pausing));
      } else {
        await inTime(() => client.workflow.start(workflow, options));
      }
      if (isPaused !== null) await unlessMissing(() => schedule.delete());
    },

    status: (requestId) =>
      client.withDeadline(Date.now() + QUERY_DEADLINE_MS, () =>
        handleOf(requestId).query<StatusReport>(STATUS_QUERY),
      ),

    async ping() {
      await client.withDeadline(Date.now() + PING_DEADLINE_MS, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
    },

    close: () => connection.close(),
  };
}

function bulkStatusOf(status: WorkflowExecutionStatusName): BulkStatus {
  switch (status) {
    case 'RUNNING':
    case 'CONTINUED_AS_NEW':
      return 'running';
    case 'COMPLETED':
      return 'completed';
    case 'CANCELLED':
      return 'stopped';
    default:
      return 'failed';
  }
}

/** Small requests go first: priority 1 up to a hundred images, one more for each further power of ten, at most 5. */
function priorityOf(images: number): number {
  return Math.min(Math.max(Math.ceil(Math.log10(Math.max(images, 1))) - 1, 1), 5);
}
