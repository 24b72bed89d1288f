import { argumentsOf, childrenOf } from '../bench/cpu';
import type { Bench } from '../bench/environment';
import { usageOf } from '../src/process/usage';

const EVERY_MS = 500;

export const KINDS = [
  'api',
  'worker',
  'download',
  'small',
  'large',
  'attackers',
  'servers',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Observed {
  /** Most resident memory of one process of this kind. */
  readonly bytes: number;
  /** CPU time of all processes of this kind. */
  readonly cpuSeconds: number;
  readonly pids: ReadonlySet<number>;
}

interface Process {
  readonly kind: Kind;
  readonly cpuAtFirst: number;
  cpuSeconds: number;
  bytes: number;
}

/** Reads twice a second what all processes use. @returns a function that ends it */
export function watchProcesses(bench: Bench): () => (kind: Kind) => Observed {
  const seen = new Map<number, Process>();
  const note = (kind: Kind, pid: number) => {
    const usage = usageOf(pid);
    // A process without memory is about to be gone.
    if (usage === null || usage.memoryBytes === 0) return;
    const { cpuSeconds, memoryBytes } = usage;
    const known = seen.get(pid) ?? { kind, cpuAtFirst: cpuSeconds, cpuSeconds, bytes: 0 };
    seen.set(pid, known);
    known.cpuSeconds = cpuSeconds;
    known.bytes = Math.max(known.bytes, memoryBytes);
  };
  const sample = () => {
    const [api, worker] = [bench.pidsOf('api').at(-1) ?? 0, bench.pidsOf('worker').at(-1) ?? 0];
    note('api', api);
    note('worker', worker);
    for (const pid of childrenOf(worker)) {
      const kind = kindOf(pid);
      if (kind !== null) note(kind, pid);
    }
    for (const pid of childrenOf(process.pid)) {
      if (pid !== api && pid !== worker) note(isProgramOfSiege(pid) ? 'attackers' : 'servers', pid);
    }
  };
  const timer = setInterval(sample, EVERY_MS);
  sample();
  return () => {
    clearInterval(timer);
    return (kind) => {
      const own = [...seen].filter(([, one]) => one.kind === kind);
      return {
        bytes: Math.max(0, ...own.map(([, { bytes }]) => bytes)),
        cpuSeconds: own.reduce((sum, [, one]) => sum + one.cpuSeconds - one.cpuAtFirst, 0),
        pids: new Set(own.map(([pid]) => pid)),
      };
    };
  };
}

function isProgramOfSiege(pid: number): boolean {
  return argumentsOf(pid).some((arg) => /siege\/\w+\.js$/.test(arg));
}

/** Image processes for large images are started with their niceness as argument. */
function kindOf(pid: number): Kind | null {
  const args = argumentsOf(pid);
  if (args.some((arg) => arg.endsWith('downloadProcess.js'))) return 'download';
  const script = args.findIndex((arg) => arg.endsWith('imageProcess.js'));
  if (script === -1) return null;
  return (args[script + 1] ?? '') === '' ? 'small' : 'large';
}
