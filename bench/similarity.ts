import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { installOnce } from '../src/dev/embedded/cache';
import { findOnPath, runToEnd } from '../src/dev/embedded/commands';
import { say } from '../src/process/main';

const [NAME, VERSION] = ['ssimulacra2_rs', '0.5.2'] as const;
export const SIMILARITY = `SSIMULACRA 2 (${NAME} ${VERSION})`;

/** Builds the program that compares pictures, from crates.io, into the cache. @returns its path */
export async function provideSimilarity(): Promise<string> {
  const folder = await installOnce(`${NAME}-${VERSION}`, async (draft) => {
    const cargo = findOnPath('cargo');
    if (cargo === null) throw new Error('no `cargo` on PATH');
    const crate = [NAME, '--version', VERSION, '--locked', '--no-default-features'];
    await runToEnd(`Building ${NAME}`, cargo, ['install', ...crate, '--root', draft], {}, say);
  });
  return path.join(folder, 'bin', NAME);
}

/**
 * Compares two pictures on a white ground.
 *
 * @returns 100 for identical ones; above 90 no one sees a difference, 70 is high quality, 50 medium, 30 low
 */
export async function similarityOf(
  program: string,
  folder: string,
  original: Buffer,
  compressed: Buffer,
): Promise<number> {
  const files = { original, compressed };
  const paths: string[] = [];
  for (const [name, bytes] of Object.entries(files)) {
    const file = path.join(folder, `${name}.png`);
    const image = sharp(bytes).autoOrient().flatten({ background: '#fff' }).toColourspace('srgb');
    await writeFile(file, await image.png({ compressionLevel: 1 }).toBuffer());
    paths.push(file);
  }
  const { stdout } = await promisify(execFile)(program, ['image', ...paths]);
  const score = /-?\d+\.\d+/.exec(stdout)?.[0];
  if (score === undefined) throw new Error(`Expected a score, received ${stdout}`);
  return Number(score);
}
