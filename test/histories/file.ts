import { createRequire } from 'node:module';
import type { History } from '@temporalio/common/lib/proto-utils';

interface Message {
  toObject(history: History, options: object): { readonly events: readonly object[] };
  fromObject(object: unknown): History;
}

/**
 * The protobuf message converts itself. The SDK's `historyToJSON` fails when npm installs protobufjs more than once,
 * as here.
 */
const { temporal } = createRequire(require.resolve('@temporalio/common'))('@temporalio/proto') as {
  readonly temporal: { api: { history: { v1: { History: Message } } } };
};
const { History: message } = temporal.api.history.v1;

/** Fields that a replay does not read: names of machines and processes, paths, and the server's bookkeeping. */
const OMITTED = new Set([
  'identity',
  'stackTrace',
  'taskId',
  'requestId',
  'workerVersion',
  'historySizeBytes',
  'firstExecutionRunId',
  'lastHeartbeatDetails',
  'encodedAttributes',
]);

/**
 * Serializes a history with one event per line. It omits what a replay does not need, and everything that reveals
 * where the history was recorded.
 *
 * @param taskQueue the task queue of the recording; the file names the default one instead
 */
export function serializeHistory(history: History, taskQueue: string): string {
  const { events } = message.toObject(history, { enums: String, longs: String, bytes: String });
  const lines = events.map((event) =>
    JSON.stringify(event, (key, value: unknown) => {
      if (OMITTED.has(key)) return undefined;
      return key === 'taskQueue' && isSticky(value) ? { ...value, name: 'sticky' } : value;
    }).replaceAll(taskQueue, 'image-requests'),
  );
  return `{"events":[\n${lines.join(',\n')}\n]}\n`;
}

export function parseHistory(json: string): History {
  return message.fromObject(JSON.parse(json));
}

/** The name of a sticky task queue begins with the host name. */
function isSticky(value: unknown): value is object {
  return (value as { kind?: unknown } | null)?.kind === 'TASK_QUEUE_KIND_STICKY';
}
