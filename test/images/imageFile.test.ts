import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createImageFile } from '../../src/images/imageFile';

const run = promisify(execFile);

/** Writes three pieces of 1,000 bytes where files may have fewer: the first call to write takes a part of them. */
const PROGRAM = `
  const { createImageFile } = require('./dist/src/images/imageFile.js');
  process.on('SIGXFSZ', () => undefined);
  (async () => {
    const file = createImageFile(process.argv[1]);
    for (const piece of 'abc') await file.write(Buffer.alloc(1_000, piece));
    console.log(await file.finish().catch((error) => error.code));
  })();
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'image-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('The file of a download', () => {
  it('contains all pieces in order, those above the gathered bytes too', async () => {
    const name = path.join(folder, 'whole');
    const file = createImageFile(name);
    const pieces = Array.from({ length: 40 }, (_, index) => Buffer.alloc(60_000, index));
    for (const piece of pieces) await file.write(piece);
    expect(await file.finish()).toBe(2_400_000);
    expect((await readFile(name)).equals(Buffer.concat(pieces))).toBe(true);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('is an error when the system takes only a part of it', async () => {
    const script = 'ulimit -f 2 && exec "$0" -e "$1" "$2"';
    const { stdout } = await run(
      'sh',
      ['-c', script, process.execPath, PROGRAM, path.join(folder, 'part')],
      { cwd: path.join(__dirname, '..', '..') },
    );
    expect(stdout).toBe('EFBIG\n');
  });
});
