import { readdirSync, readFileSync } from 'node:fs';
import type { Bench } from '../bench/environment';
import { usageOf } from '../src/process/usage';

const EVERY_MS = 500;

export const KINDS = ['api', 'worker', 'download', 'small', 'large'] as const;
export type Kind = (typeof KINDS)[number];

export interface Observed {
  /** Most resident memory of one process of this kind. */
  readonly bytes: number;
  readonly pids: ReadonlySet<number>;
}

/** Reads twice a second what the processes of API and worker hold. @returns a function that ends it */
export function watchMemory(bench: Bench): () => Readonly<Record<Kind, Observed>> {
  const seen = new Map(KINDS.map((kind) => [kind, { bytes: 0, pids: new Set<number>() }]));
  const note = (kind: Kind, pid: number) => {
    const bytes = usageOf(pid)?.memoryBytes ?? 0;
    const of = seen.get(kind);
    if (bytes === 0 || of === undefined) return;
    of.bytes = Math.max(of.bytes, bytes);
    of.pids.add(pid);
  };
  const sample = () => {
    for (const name of ['api', 'worker'] as const) note(name, bench.pidsOf(name).at(-1) ?? 0);
    for (const pid of childrenOf(bench.pidsOf('worker').at(-1) ?? 0)) {
      const kind = kindOf(pid);
      if (kind !== null) note(kind, pid);
    }
  };
  const timer = setInterval(sample, EVERY_MS);
  sample();
  return () => {
    clearInterval(timer);
    const observed = (kind: Kind): Observed => seen.get(kind) ?? { bytes: 0, pids: new Set() };
    return {
      api: observed('api'),
      worker: observed('worker'),
      download: observed('download'),
      small: observed('small'),
      large: observed('large'),
    };
  };
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1')
        .split(' ')
        .filter((child) => child !== '')
        .map(Number),
    );
  } catch {
    // It has just died: the next sample finds its successor.
    return [];
  }
}

/** Image processes for large images are started with their niceness as argument. */
function kindOf(pid: number): Kind | null {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    if (args.some((arg) => arg.endsWith('downloadProcess.js'))) return 'download';
    const script = args.findIndex((arg) => arg.endsWith('imageProcess.js'));
    if (script === -1) return null;
    return (args[script + 1] ?? '') === '' ? 'small' : 'large';
  } catch {
    return null;
  }
}
