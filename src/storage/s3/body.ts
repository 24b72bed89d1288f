import { Readable } from 'node:stream';

/**
 * Reads the body of an answer. It fails when no byte arrives for a time while the reader waits for one. The reader may
 * pause for as long as it likes.
 *
 * @param convert makes the error that the reader gets
 */
export function watchBody(
  body: Readable,
  silentMs: number,
  convert: (error: Error) => Error,
): Readable {
  let timer: NodeJS.Timeout | undefined;

  function expectBytes(): void {
    clearTimeout(timer);
    timer = setTimeout(() => body.destroy(silence(silentMs)), silentMs);
  }

  const stream = new Readable({
    read() {
      expectBytes();
      body.resume();
    },
    destroy(error, done) {
      clearTimeout(timer);
      body.destroy();
      done(error);
    },
  });
  body.on('data', (chunk: Buffer) => {
    const isWanted = stream.push(chunk);
    // The reader may have destroyed the stream when it got the chunk.
    if (stream.destroyed) return;
    if (isWanted) {
      expectBytes();
    } else {
      clearTimeout(timer);
      body.pause();
    }
  });
  body.pause();
  body.once('end', () => {
    clearTimeout(timer);
    stream.push(null);
  });
  body.on('error', (error) => {
    if (!stream.destroyed) stream.destroy(convert(error));
  });
  return stream;
}

function silence(silentMs: number): Error {
  const error = new Error(`no byte arrived for ${silentMs} ms`);
  error.name = 'TimeoutError';
  return error;
}
