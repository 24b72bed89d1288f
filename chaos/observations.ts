import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * What workers did, as recorded by the processes themselves. Each line is passed to the operating system before the next
 * step, so that it survives a SIGKILL.
 */
export type Observation = (
  | ({ readonly what: 'began'; readonly execution: string } & ImagesOfRound)
  | { readonly what: 'ended'; readonly execution: string }
  | ({ readonly what: 'recorded' } & ImagesOfRound)
) & { readonly at: number; readonly pid: number };

interface ImagesOfRound {
  readonly round: number;
  readonly images: readonly string[];
}

type Seen<T> = T extends unknown ? Omit<T, 'at' | 'pid'> : never;

const folderOf = (folder: string) => path.join(folder, 'observed');

export function observe(folder: string, seen: Seen<Observation>): void {
  const line = JSON.stringify({ ...seen, at: Date.now(), pid: process.pid });
  appendFileSync(path.join(folderOf(folder), `${process.pid}.jsonl`), `${line}\n`);
}

export function prepareObservations(folder: string): void {
  mkdirSync(folderOf(folder), { recursive: true });
}

export function observations(folder: string): Observation[] {
  return readdirSync(folderOf(folder))
    .flatMap((name) => readFileSync(path.join(folderOf(folder), name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Observation);
}
