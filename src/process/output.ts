/** What a write fails with when its reader is gone: of a pipe, and of a terminal that is closed. */
const READER_IS_GONE = ['EPIPE', 'EIO'];

interface Writable {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * Whoever reads our output may end before us, as `tee` does at Ctrl-C. Lines without a reader are dropped: to die of
 * them would leave behind what we have started.
 */
export function ignoreBrokenPipe(stream: Writable): void {
  stream.on('error', (error) => {
    if (!READER_IS_GONE.includes(error.code ?? '')) throw error;
  });
}

/** For what is printed: stdout and stderr. */
export function ignoreBrokenPipes(): void {
  ignoreBrokenPipe(process.stdout);
  ignoreBrokenPipe(process.stderr);
}
