import { createRequire } from 'node:module';
import type { History } from '@temporalio/common/lib/proto-utils';

interface Message {
  toObject(history: History, options: object): { readonly events: readonly object[] };
  fromObject(object: unknown): History;
}

/**
 * The SDK's `historyToJSON` fails where npm has to install its protobufjs more than once, as here: the
 * message that they are made for converts itself as well.
 */
const { temporal } = createRequire(require.resolve('@temporalio/common'))('@temporalio/proto') as {
  readonly temporal: { api: { history: { v1: { History: Message } } } };
};
const { History: message } = temporal.api.history.v1;

/** What a replay does not read: names of machines and processes, paths, and the server's own bookkeeping. */
const LEFT_OUT = new Set([
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
 * The history as a file: as little as replays the same, an event a line, and nothing that tells where it was
 * recorded.
 *
 * @param taskQueue the name that the recording ran under; in the file it is the default one
 */
export function written(history: History, taskQueue: string): string {
  const { events } = message.toObject(history, { enums: String, longs: String, bytes: String });
  const lines = events.map((event) =>
    JSON.stringify(event, (key, value: unknown) => {
      if (LEFT_OUT.has(key)) return undefined;
      return key === 'taskQueue' && isSticky(value) ? { ...value, name: 'sticky' } : value;
    }).replaceAll(taskQueue, 'image-requests'),
  );
  return `{"events":[\n${lines.join(',\n')}\n]}\n`;
}

export function read(json: string): History {
  return message.fromObject(JSON.parse(json));
}

/** Its name begins with that of the machine. */
function isSticky(value: unknown): value is object {
  return (value as { kind?: unknown } | null)?.kind === 'TASK_QUEUE_KIND_STICKY';
}
