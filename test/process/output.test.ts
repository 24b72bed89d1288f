import { PassThrough } from 'node:stream';
import { ignoreBrokenPipe } from '../../src/process/output';

const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code });

describe('ignoreBrokenPipe', () => {
  it.each(['EPIPE', 'EIO'])('ignores the error when the reader is gone (%s)', (code) => {
    const stream = new PassThrough();
    ignoreBrokenPipe(stream);
    expect(() => stream.emit('error', failure(code))).not.toThrow();
  });

  it('rethrows any other error', () => {
    const stream = new PassThrough();
    ignoreBrokenPipe(stream);
    expect(() => stream.emit('error', failure('EBADF'))).toThrow('write EBADF');
  });
});
