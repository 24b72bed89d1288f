import { createHash } from 'node:crypto';

const REFERENCE = Buffer.alloc(64 * 1024 * 1024);

interface Measured<T> {
  readonly value: T;
  /** CPU time as a multiple of what hashing 64 MiB takes beside it: about 60 ms where the processor helps, else 250 ms. */
  readonly effort: number;
}

/** Measures some work. A limit of seconds would fail on a machine that is slow, or shared with other suites. */
export async function measured<T>(work: () => T | Promise<T>): Promise<Measured<T>> {
  const before = await reference();
  const { value, taken } = await timed(work);
  // Threads of the work may still run after it.
  return { value, effort: taken / Math.min(before, await reference()) };
}

async function reference(): Promise<number> {
  return (await timed(() => createHash('sha256').update(REFERENCE).digest())).taken;
}

/** @returns CPU time in microseconds */
async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; taken: number }> {
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, taken: user + system };
}
