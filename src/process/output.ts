/** Error codes of writing to a pipe without a reader, and to a closed terminal. */
const READER_IS_GONE = ['EPIPE', 'EIO'];

interface Writable {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * Drops output after its reader is gone, as `tee` is after Ctrl-C. An unhandled error would end the process, and leave
 * the processes that it started running.
 */
export function ignoreBrokenPipe(stream: Writable): void {
  stream.on('error', (error) => {
    if (!READER_IS_GONE.includes(error.code ?? '')) throw error;
  });
}

/** Applies {@link ignoreBrokenPipe} to stdout and stderr. */
export function ignoreBrokenPipes(): void {
  ignoreBrokenPipe(process.stdout);
  ignoreBrokenPipe(process.stderr);
}
