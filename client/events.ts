import { requestResource, type RequestResource } from '../contract/http/requests';

/** Yields the requests in a stream of server-sent events; skips comments and events without data. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<RequestResource, void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) yield requestResource.parse(JSON.parse(data));
      }
    }
  } finally {
    await reader.cancel();
  }
}
