import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Frees every other of 4,000 blocks, so that glibc by itself can return none of them. */
const PROGRAM = `
  const { setTimeout: sleep } = require('node:timers/promises');
  const { keepMemoryLevel } = require('./dist/src/process/memory.js');
  const megabytes = () => process.memoryUsage.rss() / 2 ** 20;
  (async () => {
    let blocks = Array.from({ length: 4_000 }, () => Buffer.alloc(20_000, 1));
    blocks = blocks.filter((_, index) => index % 2 === 0);
    gc();
    await sleep(200);
    const before = megabytes();
    await keepMemoryLevel({ info: console.error, warn: console.error }, 20);
    await sleep(500);
    console.log(JSON.stringify({ before, after: megabytes(), blocks: blocks.length }));
  })();
`;

describe('Memory that was freed between blocks in use', () => {
  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('is returned to the system', async () => {
    const { stdout, stderr } = await run(process.execPath, ['--expose-gc', '-e', PROGRAM], {
      cwd: path.join(__dirname, '..', '..'),
    });
    expect(stderr).toBe('');
    const { before, after } = JSON.parse(stdout) as { before: number; after: number };
    expect(before - after).toBeGreaterThan(20);
  });
});
