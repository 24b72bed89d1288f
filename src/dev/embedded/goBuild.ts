import path from 'node:path';
import type { Log } from '../../process/main';
import { findOnPath, runToEnd } from './commands';

export interface GoProgram {
  /** For log lines. */
  readonly name: string;
  /** Pins what is built. Its folder contains go.sum too. */
  readonly goMod: string;
  /** The path of the main package. */
  readonly goPackage: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Builds a program into the folder. Its file is named after the last part of the package's path. */
export async function goBuild(
  { name, goMod, goPackage, env = {} }: GoProgram,
  folder: string,
  log: Log,
): Promise<void> {
  const go = findOnPath('go');
  if (go === null) throw new Error('no `go` on PATH');
  log(`Building ${name} from its Go module; this takes some minutes, once`);
  const args = ['build', '-C', path.dirname(goMod), '-mod=readonly', '-o', folder, goPackage];
  // A go.work in a parent folder of the checkout would not list this module.
  await runToEnd(`Building ${name}`, go, args, { GOWORK: 'off', ...env }, log);
}
