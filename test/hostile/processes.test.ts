import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { setMaxListeners } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ImageError } from '../../src/errors';
import { createCompressors } from '../../src/pipeline/compressors';
import { options } from '../support/compress';
import { HOSTILE_PICTURES } from './pictures';

const SCRIPT = path.join(__dirname, '..', '..', 'dist', 'src', 'bin', 'imageProcess.js');
const ID = '5efa2c81-0000-4000-8000-000000000000';
const never = new AbortController().signal;
// Many images listen to one signal.
setMaxListeners(0, never);

const light = HOSTILE_PICTURES.filter(({ heavy }) => heavy !== true);

describe('image processes', () => {
  it('give every hostile picture its outcome, and none of them dies', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'image-processor-'));
    const deaths: string[] = [];
    const compressors = createCompressors({
      script: SCRIPT,
      env: { DATA_DIR: folder, UV_THREADPOOL_SIZE: '3' },
      memoryBytes: 2 ** 31,
      cpuSeconds: 60,
      logger: { warn: () => undefined },
      onDeath: (reason) => deaths.push(reason),
    });
    const wrong: unknown[] = [];
    await Promise.all(
      light.map(async ({ name, build, expected }, index) => {
        const file = path.join(folder, String(index));
        await writeFile(file, await build());
        const job = {
          file,
          output: `${file}.out`,
          requestId: ID,
          ref: `0-${index}`,
          options: options({ effort: 'fast' }),
        };
        const outcome = await compressors
          .small(job, never, ['a'])
          .then((answer) =>
            'compressed' in answer
              ? answer
              : compressors.large((compress) => compress(job), answer, never, ['a']),
          )
          .then(() => 'succeeds')
          .catch((error: unknown) => (error instanceof ImageError ? error.code : error));
        if (![expected].flat().includes(outcome as 'succeeds')) wrong.push({ name, outcome });
      }),
    );
    compressors.close();
    await rm(folder, { recursive: true, force: true });
    expect(wrong).toEqual([]);
    expect(deaths).toEqual([]);
  });
});
