import { spawnSync } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { findOnPath } from '../../src/dev/embedded/commands';

/** Tries `setpriv` itself, not the code under test, so that a machine that has it skips nothing. */
const setpriv = findOnPath('setpriv') ?? '/nowhere/setpriv';
const hasSetpriv = spawnSync(setpriv, ['--pdeathsig', 'TERM', '--', 'true']).status === 0;

/** Skipped only without util-linux's `setpriv`, where embedded servers cannot end with their parent. */
export const itWithSetpriv = hasSetpriv ? it : it.skip;

/** @returns a PATH with the programs that the embedded servers may need, without `setpriv` */
export async function pathWithoutSetpriv(folder: string): Promise<string> {
  const programs = path.join(folder, 'programs');
  await mkdir(programs);
  for (const name of ['temporal', 'mongod', 'java']) {
    const found = findOnPath(name);
    if (found !== null) await symlink(found, path.join(programs, name));
  }
  return programs;
}
