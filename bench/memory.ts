import { usageOf } from '../src/process/usage';

const SAMPLE_MS = 20;

/** Resident memory of a process, in MiB. */
export function memoryOf(pid: number): number {
  return (usageOf(pid)?.memoryBytes ?? 0) / 2 ** 20;
}

/** Observes by how many MiB the memory of a process grows. @returns a function that says it and ends the observation */
export function watchGrowth(pid: number): () => number {
  const before = memoryOf(pid);
  let highest = before;
  const timer = setInterval(() => {
    highest = Math.max(highest, memoryOf(pid));
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return Math.max(highest, memoryOf(pid)) - before;
  };
}
