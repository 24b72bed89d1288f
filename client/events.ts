import type { RequestResource } from '../contract/http/requests';

/**
 * Yields the requests in a stream of server-sent events; skips comments and events without data. Ends with the stream,
 * or when it has been silent for so long: the connection is dead, or a proxy holds the events back.
 *
 * @throws when the connection breaks
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<RequestResource, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const chunk = await within(silenceMs, reader.read());
      if (chunk === null || chunk.done) return;
      const blocks = (rest + decoder.decode(chunk.value, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) yield JSON.parse(data) as RequestResource;
      }
    }
  } finally {
    // Of a broken stream, this rejects with the error that is already known.
    await reader.cancel().catch(() => undefined);
  }
}

/** @returns `null` when the time is over */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeUp = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
