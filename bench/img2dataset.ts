import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { availableParallelism } from 'node:os';
import { cached, cacheDir } from '../src/dev/embedded/cache';
import { runToEnd } from '../src/dev/embedded/commands';
import { say } from '../src/process/main';
import { timesOf } from './cpu';

export const IMG2DATASET = 'img2dataset 1.47.0';
const [NAME, VERSION] = IMG2DATASET.split(' ') as [string, string];

/** Of those tried (16 to 256 threads, shards of 250 to 1,000), the fastest. */
const THREADS = 16;
const SHARD = 250;

/** Its own libraries would look for newer versions of themselves. */
const QUIET = { NO_ALBUMENTATIONS_UPDATE: '1', WANDB_MODE: 'disabled' };

/**
 * Installs img2dataset, the tool with which image data sets are downloaded, from PyPI into the cache. A virtual
 * environment contains its own path, so it is not moved there when it is complete but marked.
 *
 * @returns its Python
 */
export async function provideImg2dataset(): Promise<{ readonly path: string }> {
  const folder = path.join(cacheDir(), `${NAME}-${VERSION}`);
  const python = path.join(folder, 'bin', 'python');
  const complete = `${NAME}-${VERSION}/complete`;
  if (cached(complete) !== null) return { path: python };
  await rm(folder, { recursive: true, force: true });
  await runToEnd('Creating a virtual environment', 'python3', ['-m', 'venv', folder], {}, say);
  const install = ['-m', 'pip', 'install', '--quiet', `${NAME}==${VERSION}`];
  await runToEnd(`Installing ${IMG2DATASET}`, python, install, {}, say);
  await writeFile(path.join(cacheDir(), complete), '');
  return { path: python };
}

/** Downloads and compresses the photos of an origin, without resizing. The time is that of the whole command. */
export async function runImg2dataset(
  python: string,
  { originUrl, images, folder }: { originUrl: string; images: number; folder: string },
): Promise<{ readonly seconds: number; readonly cpu: { readonly itself: number } }> {
  const list = `${folder}.txt`;
  const links = Array.from({ length: images }, (_, number) => `${originUrl}/${number}.jpg`);
  await writeFile(list, links.join('\n'));
  const options = {
    url_list: list,
    output_folder: folder,
    processes_count: availableParallelism(),
    thread_count: THREADS,
    number_sample_per_shard: Math.min(SHARD, Math.ceil(images / availableParallelism())),
    resize_mode: 'no',
    encode_format: 'jpg',
    encode_quality: 50,
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const [started, before] = [performance.now(), timesOf(process.pid).ended];
  await runToEnd(NAME, python, ['-m', 'img2dataset.main', ...args], QUIET, () => undefined);
  const seconds = (performance.now() - started) / 1000;
  const cpuSeconds = timesOf(process.pid).ended - before;
  const files = await readdir(folder, { recursive: true });
  const done = files.filter((file) => file.endsWith('.jpg')).length;
  if (done !== images) throw new Error(`img2dataset completed ${done} of ${images} images`);
  await rm(folder, { recursive: true });
  return { seconds, cpu: { itself: cpuSeconds } };
}
