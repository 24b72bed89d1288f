import type { IncomingMessage } from 'node:http';

/** How long a refused client may keep sending, so that it can read the answer. */
const DRAIN_MS = 5_000;

/**
 * Discards the rest of a refused request. A client that is still sending after the time or the bytes is cut off.
 *
 * @param maxBytes what is read at most
 */
export function drain(request: IncomingMessage, maxBytes = Number.POSITIVE_INFINITY): void {
  if (request.complete) return;
  const { socket } = request;
  // A connection that breaks after the answer does not close the request, so the timer must not delay an exit.
  const timer = setTimeout(() => socket.destroy(), DRAIN_MS).unref();
  let read = 0;
  request.on('data', (chunk: Buffer) => {
    read += chunk.length;
    if (read > maxBytes) socket.destroy();
  });
  request.once('close', () => {
    clearTimeout(timer);
  });
  request.resume();
}
